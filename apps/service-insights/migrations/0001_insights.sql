-- Up Migration

-- Ids of batches already counted, per client, so that a batch sent twice counts once.
create table event_batches (
  client_id text not null,
  id uuid not null,
  source text not null,
  received_at timestamptz not null default now(),
  primary key (client_id, id)
);
create index event_batches_received_at on event_batches (received_at);

create table sign_ins (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  user_id text not null,
  outcome text not null check (outcome in ('success', 'failure'))
);
create index sign_ins_at on sign_ins (at);

-- Requests are counted, not kept: one row per hour, route and class of status.
create table request_counts (
  hour timestamptz not null,
  route_id text not null,
  status_class text not null check (status_class in ('2xx', '3xx', '4xx', '5xx')),
  count bigint not null check (count > 0),
  primary key (hour, route_id, status_class)
);

create table annotations (
  id uuid primary key default gen_random_uuid(),
  date date not null,
  text text not null check (length(text) between 1 and 140),
  author text not null,
  author_id text not null,
  created_at timestamptz not null default now()
);
create index annotations_date on annotations (date);

-- Down Migration

drop table annotations, request_counts, sign_ins, event_batches;
