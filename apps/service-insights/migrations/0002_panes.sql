-- Up Migration

-- How panes fared, counted by the minute: never one row per visit. bucket is 0 for what is only counted ('shown', 'failed',
-- 'error'); for a measurement it is the number of the interval that the value fell into.
create table pane_counts (
  minute timestamptz not null,
  remote text not null,
  version text not null,
  metric text not null
    check (metric in ('shown', 'failed', 'error', 'loadMs', 'bytes', 'LCP', 'INP', 'CLS', 'FCP', 'TTFB')),
  bucket smallint not null check (bucket between 0 and 200),
  count bigint not null check (count > 0),
  primary key (remote, minute, version, metric, bucket)
);
create index pane_counts_minute on pane_counts (minute);

-- Versions that are counted. Their number is bounded, so that whoever reports nonsense cannot fill the disk.
create table pane_versions (
  remote text not null,
  version text not null,
  seen_at timestamptz not null default now(),
  primary key (remote, version)
);

-- Down Migration

drop table pane_versions, pane_counts;
