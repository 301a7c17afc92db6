-- Up Migration

create table clients (
  client_id text primary key,
  -- The operator's file, or the admin API.
  source text not null check (source in ('file', 'api')),
  -- The client as the admin API shows it, its secrets aside.
  registration jsonb not null,
  -- SHA-256. Secrets are generated, long and random: nothing slower is needed to keep them from being guessed.
  secret_hash text,
  -- Still taken while the client's instances change over; without an end as long as the file names it.
  previous_secret_hash text,
  previous_secret_expires_at timestamptz,
  disabled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- A key is published as `next` long before it signs, and stays published as `previous` long after.
alter table signing_keys
  add column current_since timestamptz,
  add column retires_at timestamptz;
update signing_keys set current_since = created_at where status = 'current';
update signing_keys set retires_at = now() + interval '14 days' where status = 'previous';

-- Every instance listens: a change is heard by all as it is committed, whoever makes it.
create function clients_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('identity_changed', 'client ' || coalesce(new.client_id, old.client_id));
  return null;
end;
$$;
create trigger clients_changed after insert or update or delete on clients
  for each row execute function clients_changed();

create function signing_keys_changed() returns trigger language plpgsql as $$
begin
  perform pg_notify('identity_changed', 'keys');
  return null;
end;
$$;
create trigger signing_keys_changed after insert or update or delete on signing_keys
  for each row execute function signing_keys_changed();
