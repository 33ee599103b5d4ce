#ifndef SAIL_LOGIC_EVENTS_OUTBOX_RELAY_H_
#define SAIL_LOGIC_EVENTS_OUTBOX_RELAY_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace sail::platform::metrics {
class Registry;
}
namespace sail::pubsub::v1 {
class PublishRequest;
}

namespace sail::logic {

// Carries change events from the outbox table to pubsub, on one thread with a connection of its own. In a
// transaction: take the advisory lock that lets one relay of the cluster work, read the oldest rows, publish,
// delete them, commit.
//
// Delivery: at least once, and once where pubsub remembers the dedup ids
// ("outbox-<origin>-<row>.<operation>", unique over all databases). Rows are published in the order of their
// ids. A transaction gets its id after it has locked the record it changes, so events of one record are in
// the order of its commits, whichever replica wrote them. A relay that dies loses its lock with its
// connection, and any other goes on with its rows. While pubsub or Postgres is down the rows wait.
class OutboxRelay {
 public:
  // Publishes, blocking at most until the deadline.
  using Publish = std::function<absl::Status(const pubsub::v1::PublishRequest&, absl::Time deadline)>;

  // Starts the thread. It also looks every poll_interval, for rows of relays that died.
  OutboxRelay(std::string postgres_url, Publish publish, platform::metrics::Registry& metrics,
              absl::Duration poll_interval = absl::Seconds(1));
  // Stops; rows that are left are for the others, or for the next start.
  ~OutboxRelay();
  OutboxRelay(const OutboxRelay&) = delete;
  OutboxRelay& operator=(const OutboxRelay&) = delete;

  // A transaction with events was committed. Thread-safe, cheap.
  void Wake();

 private:
  class Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_EVENTS_OUTBOX_RELAY_H_
