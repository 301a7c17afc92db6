-- Up Migration

-- Kinds are called as in the contract from here on; an abort and a change of a canary are changes of the channel, too.
alter table channel_revisions disable trigger channel_revisions_append_only;
alter table channel_revisions drop constraint channel_revisions_kind_check;
update channel_revisions set kind = case kind when 'promote' then 'promoted' else 'rolled-back' end;
alter table channel_revisions
  add constraint channel_revisions_kind_check
    check (kind in ('promoted', 'rolled-back', 'canary-started', 'canary-changed', 'canary-aborted')),
  add column percent numeric(5, 2),
  add column reason text;
alter table channel_revisions enable trigger channel_revisions_append_only;

-- At most one version of a remote is on trial in a channel.
create table canaries (
  channel text not null,
  remote text not null,
  version text not null,
  percent numeric(5, 2) not null check (percent between 0 and 100),
  -- Who is in follows from it: drawn anew for every trial, kept while the percentage changes.
  salt text not null,
  guard jsonb not null,
  started_at timestamptz not null default now(),
  started_by text not null,
  -- From when on the guard compares the canary with the stable version, and what it has looked at since.
  compared_from timestamptz not null default now(),
  looks jsonb not null default '{}',
  primary key (channel, remote),
  foreign key (channel, remote) references channel_remotes (channel, remote),
  foreign key (remote, version) references versions (remote, version)
);

-- What was aborted or rolled back: visits that are pinned to it must leave it. Gone when the version is placed again.
create table withdrawn_versions (
  channel text not null references channels (name),
  remote text not null,
  version text not null,
  at timestamptz not null default now(),
  primary key (channel, remote, version),
  foreign key (remote, version) references versions (remote, version)
);

-- What proves a version: the signed release, and the signature of the platform's root key over the key it was signed with.
-- Versions from before have neither.
alter table versions add column jws text, add column key_thumbprint text;
create table delegations (
  thumbprint text primary key,
  jws text not null
);
