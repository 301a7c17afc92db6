-- Up Migration

-- One person sees one build, for a while. The link that was handed out names the row; what it shows is decided here each time.
create table overrides (
  id uuid primary key default gen_random_uuid(),
  channel text not null,
  remote text not null,
  -- A published version, or a development server on the developer's own machine.
  version text,
  development_url text,
  development_manifest jsonb,
  user_id text not null,
  issued_by text not null,
  issued_by_id text not null,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null,
  first_used_at timestamptz,
  revoked_at timestamptz,
  foreign key (remote, version) references versions (remote, version),
  check ((version is null) <> (development_url is null)),
  check ((development_url is null) = (development_manifest is null))
);
create index overrides_active on overrides (expires_at) where revoked_at is null;
