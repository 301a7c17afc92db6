-- Up Migration

-- A person in one browser, from the sign-in to its end, and afterwards as history. Holds nothing that opens anything.
create table sign_ins (
  id uuid primary key default gen_random_uuid(),
  -- The session's name, not what its cookie holds.
  session_uid text not null unique,
  user_id uuid not null references users on delete cascade,
  address text,
  user_agent text,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  ended_at timestamptz,
  end_reason text
);
create index sign_ins_user_id on sign_ins (user_id);
create index sign_ins_ended_at on sign_ins (ended_at) where ended_at is not null;

insert into sign_ins (session_uid, user_id, created_at)
  select uid, account_id, to_timestamp((payload ->> 'loginTs')::bigint) from sessions
  where account_id is not null and payload ? 'loginTs';
insert into sign_ins (session_uid, user_id)
  select distinct on (session_uid) session_uid, account_id from grants where session_uid is not null
  on conflict (session_uid) do nothing;

-- All refresh tokens that came of one sign-in at one client: one is live, the others were replaced. They share the
-- payload.
create table refresh_families (
  id uuid primary key default gen_random_uuid(),
  -- Null once the grant is gone, and with it every token of the family.
  grant_hash bytea references grants on delete set null,
  user_id uuid not null references users on delete cascade,
  client_id text not null,
  session_uid text,
  payload jsonb not null,
  rotations integer not null default 0,
  -- Of the browser at the sign-in, not of the client's server.
  address text,
  user_agent text,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text
) with (fillfactor = 80);
create index refresh_families_grant_hash on refresh_families (grant_hash);
create index refresh_families_user_id on refresh_families (user_id);
create index refresh_families_session_uid on refresh_families (session_uid);
create index refresh_families_expires_at on refresh_families (expires_at);

-- However a grant goes, the history says that its tokens went with it.
create function refresh_families_without_grant() returns trigger language plpgsql as $$
begin
  new.revoked_at := coalesce(new.revoked_at, now());
  new.revoked_reason := coalesce(
    new.revoked_reason, nullif(current_setting('mullion.revoked_reason', true), ''), 'grant.ended');
  return new;
end;
$$;
create trigger refresh_families_without_grant before update of grant_hash on refresh_families
  for each row when (new.grant_hash is null) execute function refresh_families_without_grant();

-- Tokens from before: each live one is a family, with the consumed ones of its grant.
alter table refresh_tokens add column family_id uuid;
update refresh_tokens set family_id = gen_random_uuid() where consumed_at is null;
insert into refresh_families (id, grant_hash, user_id, client_id, session_uid, payload, created_at, expires_at)
  select t.family_id, t.grant_hash, g.account_id, g.client_id, g.session_uid, t.payload, t.created_at, t.expires_at
  from refresh_tokens t join grants g on g.id_hash = t.grant_hash where t.family_id is not null;
update refresh_tokens t set family_id = (
  select f.id from refresh_families f where f.grant_hash = t.grant_hash order by f.created_at desc limit 1
) where family_id is null;
delete from refresh_tokens where family_id is null;

alter table refresh_tokens
  alter column family_id set not null,
  add foreign key (family_id) references refresh_families on delete cascade,
  add column replaced_by bytea,
  drop column grant_hash,
  drop column payload,
  drop column expires_at;
create index refresh_tokens_family_id on refresh_tokens (family_id);
-- RFC 9700 section 4.14: whatever happens, a family has one live token.
create unique index refresh_tokens_one_live on refresh_tokens (family_id) where consumed_at is null;

-- What a replaced token was answered with, sealed under that token.
create table refresh_replays (
  id_hash bytea primary key,
  sealed bytea not null,
  expires_at timestamptz not null
);
-- Sealed bytes do not get smaller.
alter table refresh_replays alter column sealed set storage external;
create index refresh_replays_expires_at on refresh_replays (expires_at);

-- Clients that are still to be told that a sign-in of theirs is over.
create table logout_notices (
  id bigint generated always as identity primary key,
  client_id text not null,
  user_id text not null,
  sid text not null,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  next_attempt_at timestamptz not null default now()
);
create index logout_notices_next_attempt_at on logout_notices (next_attempt_at);
