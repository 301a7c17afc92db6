-- Up Migration

-- Whether a version may be shown where it is not shown yet: a key that may sign the remote now, and is not revoked, signed it.
create function vouched(of_remote text, of_version text) returns boolean
  language sql stable as $$
  select exists (
    select from signatures s join delegations d using (thumbprint)
    where s.remote = of_remote and s.version = of_version and s.remote = any (d.remotes)
      and d.revoked_at is null and d.expires_at > now())
$$;

-- The signature to show a version with. One whose delegation has ended is the last choice: fronts refuse it, while one of a
-- revoked key still shows what is live.
create or replace function placement(of_remote text, of_version text) returns table (jws text, delegation text)
  language sql stable as $$
  select s.jws, d.jws
  from signatures s join delegations d using (thumbprint)
  where s.remote = of_remote and s.version = of_version and s.remote = any (d.remotes)
  order by d.expires_at > now() desc, d.revoked_at nulls first, d.expires_at desc
  limit 1
$$;
