-- Up Migration

-- Keys of teams. A row is what the platform's root key said last of a key; a revoked key stays revoked.
alter table delegations
  add column team text not null,
  add column remotes text[] not null,
  add column algorithm text not null check (algorithm in ('EdDSA', 'ES256')),
  add column issued_at timestamptz not null,
  add column expires_at timestamptz not null,
  add column revoked_at timestamptz;

-- A version may carry the signatures of several keys: when a team changes its key, what is live is signed again, not built.
alter table versions drop column jws, drop column key_thumbprint;
create table signatures (
  remote text not null,
  version text not null,
  thumbprint text not null references delegations (thumbprint),
  jws text not null,
  signed_at timestamptz not null default now(),
  primary key (remote, version, thumbprint),
  foreign key (remote, version) references versions (remote, version)
);
create trigger signatures_append_only before update or delete or truncate on signatures
  for each statement execute function refuse_change();

-- The signature to show a version with: of a key that still may sign the remote, and for as long as possible. What a revoked
-- key signed before stays signed; whoever distrusts it puts another version in its place.
create function placement(of_remote text, of_version text) returns table (jws text, delegation text)
  language sql stable as $$
  select s.jws, d.jws
  from signatures s join delegations d using (thumbprint)
  where s.remote = of_remote and s.version = of_version and s.remote = any (d.remotes)
  order by d.revoked_at nulls first, d.expires_at desc
  limit 1
$$;

-- Whom a remote belongs to. Subjects are users' ids or clients' ids.
create table publishers (
  remote text not null,
  subject text not null,
  name text not null,
  granted_at timestamptz not null default now(),
  granted_by text not null,
  primary key (remote, subject)
);
insert into publishers (remote, subject, name, granted_at, granted_by)
  select name, created_by, created_by, created_at, created_by from remotes;

-- What the live shell of a channel brings for remotes, as it says itself.
create table hosts (
  channel text primary key,
  shared jsonb not null,
  contracts jsonb not null,
  announced_at timestamptz not null default now(),
  announced_by text not null
);

-- Keys and hosts are of no remote or version.
alter table audit alter column remote drop not null, alter column version drop not null;
