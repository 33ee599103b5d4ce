-- Change events on their way from committed transactions to pubsub (see outbox_relay.h). One row per transaction.
CREATE TABLE IF NOT EXISTS sail_outbox (
  id bigserial PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- A serialised sail.pubsub.v1.PublishRequest: what the transaction publishes, in order.
  publish_request bytea NOT NULL
);

-- Tells this database's rows from those of every other in the dedup ids of published operations.
CREATE TABLE IF NOT EXISTS sail_outbox_origin (
  origin text NOT NULL
);
INSERT INTO sail_outbox_origin (origin)
SELECT md5(random()::text || clock_timestamp()::text || pg_backend_pid()::text)
WHERE NOT EXISTS (SELECT 1 FROM sail_outbox_origin);
