// What has been published in rooms, as the fan-out reads it back.
#ifndef SAIL_PUBSUB_HISTORY_H_
#define SAIL_PUBSUB_HISTORY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::pubsub {

// A position is the sequence number of a message, or a time between two: microseconds since 1970, by Redis's
// clock. It never goes back. 0 is none.
using Position = uint64_t;

// A room by the channel that its messages travel on (ChannelNames::All, ChannelNames::Room).
struct HistoryRoom {
  std::string ns;
  std::string channel;
};

struct HistoryRead {
  std::vector<HistoryRoom> rooms;
  // 0: nothing but the present position.
  Position after = 0;
  int64_t most_messages = 1000;
  int64_t most_bytes = int64_t{1} << 20;
  // If set: ABORTED unless the session of that pid still has the generation.
  std::string pid;
  uint64_t generation = 0;
};

// All that there is behind `after` up to `position`; without reaches_back some of it may be missing, and none
// is here.
struct HistoryPage {
  bool reaches_back = false;
  bool more = false;
  Position position = 0;
  // In order, each once.
  std::vector<std::shared_ptr<const v1::Operation>> operations;
};

class History {
 public:
  using OnPage = std::function<void(absl::StatusOr<HistoryPage>)>;

  virtual ~History() = default;

  // done runs once, maybe on another thread: the page, UNAVAILABLE, or ABORTED (see HistoryRead).
  virtual void Read(HistoryRead read, OnPage done) = 0;

  // Publishes "<name> <position>" on the channel: what was published before has a position up to this one,
  // what follows a later one. Best effort.
  virtual void Mark(const std::string& channel, uint64_t name) = 0;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_HISTORY_H_
