-- Up Migration

-- Readers ask for the newest entries of one person or one action.
create index audit_log_user on audit_log (user_id, id desc);
create index audit_log_action on audit_log (action text_pattern_ops, id desc);
