-- Up Migration

-- The signature to show a version with. Fronts hear of revocations now and use nothing of a revoked key, so that its signature
-- is the last choice: one whose delegation has ended can be delegated again.
create or replace function placement(of_remote text, of_version text) returns table (jws text, delegation text)
  language sql stable as $$
  select s.jws, d.jws
  from signatures s join delegations d using (thumbprint)
  where s.remote = of_remote and s.version = of_version and s.remote = any (d.remotes)
  order by d.revoked_at is null desc, d.expires_at desc
  limit 1
$$;
