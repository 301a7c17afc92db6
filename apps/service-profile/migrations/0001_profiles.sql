-- Up Migration

-- What a person has set for themselves. Name, address and roles belong to identity and come with each token.
create table profiles (
  user_id text primary key,
  -- null until the person saves preferences: defaults then follow the name identity knows.
  preferences jsonb,
  pins text[] not null default '{}',
  updated_at timestamptz not null default now()
);

-- Down Migration

drop table profiles;
