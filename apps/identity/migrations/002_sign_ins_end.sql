-- Up Migration

-- Sign-ins from before this moment are over, also those that a request under way is about to write back.
alter table users add column sign_ins_ended_at timestamptz;
create index grants_account_id on grants (account_id);
create index sessions_account_id on sessions (account_id);
