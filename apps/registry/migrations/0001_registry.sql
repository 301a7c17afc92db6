-- Up Migration

create table remotes (
  name text primary key,
  created_at timestamptz not null default now(),
  created_by text not null
);

-- A release is stored as published; digest tells a repeated publish from a conflicting one.
create table versions (
  remote text not null references remotes (name),
  version text not null,
  container text not null unique,
  digest text not null,
  release jsonb not null,
  bytes bigint not null,
  published_at timestamptz not null default now(),
  published_by text not null,
  primary key (remote, version)
);

create table channels (
  name text primary key,
  revision bigint not null default 0,
  created_at timestamptz not null default now()
);

create table channel_remotes (
  channel text not null references channels (name),
  remote text not null,
  version text not null,
  promoted_at timestamptz not null default now(),
  promoted_by text not null,
  primary key (channel, remote),
  foreign key (remote, version) references versions (remote, version)
);

-- Every change of a channel. Rollback replays it to find the version that was promoted before.
create table channel_revisions (
  channel text not null references channels (name),
  revision bigint not null,
  kind text not null check (kind in ('promote', 'rollback')),
  remote text not null,
  version text not null,
  previous_version text,
  actor text not null,
  at timestamptz not null default now(),
  primary key (channel, revision),
  foreign key (remote, version) references versions (remote, version)
);
create index channel_revisions_by_remote on channel_revisions (channel, remote, revision);

create table audit (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  remote text not null,
  version text not null,
  channel text,
  request_id text not null,
  detail jsonb not null default '{}'
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger versions_immutable before update or delete or truncate on versions
  for each statement execute function refuse_change();
create trigger channel_revisions_append_only before update or delete or truncate on channel_revisions
  for each statement execute function refuse_change();
create trigger audit_append_only before update or delete or truncate on audit
  for each statement execute function refuse_change();

-- Delivered at commit, to every instance of the registry.
create function announce_channel() returns trigger language plpgsql as $$
begin
  perform pg_notify('mullion_channel', new.name);
  return null;
end
$$;

create trigger channels_announce after update on channels
  for each row execute function announce_channel();
