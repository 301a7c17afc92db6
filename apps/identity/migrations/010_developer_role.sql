-- Up Migration

-- Developers publish versions and ask for overrides, and administer nothing else.
alter table user_roles drop constraint user_roles_role_check,
  add constraint user_roles_role_check check (role in ('admin', 'developer', 'member', 'viewer'));
