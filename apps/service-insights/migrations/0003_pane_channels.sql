-- Up Migration

-- A version on trial in one channel may be what everybody gets in another: each channel is counted on its own. What was counted
-- before was counted for all channels together, of which most was production's.
alter table pane_counts add column channel text not null default 'production';
alter table pane_counts alter column channel drop default;
alter table pane_counts drop constraint pane_counts_pkey;
alter table pane_counts add primary key (remote, minute, channel, version, metric, bucket);

-- Down Migration

delete from pane_counts where channel <> 'production';
alter table pane_counts drop constraint pane_counts_pkey;
alter table pane_counts drop column channel;
alter table pane_counts add primary key (remote, minute, version, metric, bucket);
