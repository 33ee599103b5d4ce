// The history in Redis streams, one for each room, under one order for all of them.
#ifndef SAIL_PUBSUB_REDIS_HISTORY_H_
#define SAIL_PUBSUB_REDIS_HISTORY_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "platform/metrics/metrics.h"
#include "platform/redis/client.h"
#include "platform/redis/script.h"
#include "services/pubsub/channel_names.h"
#include "services/pubsub/history.h"

namespace sail::pubsub {

struct HistoryOptions {
  // How long a message is kept. Zero: there is no history.
  absl::Duration kept;
  // Of one room.
  int64_t most_messages = 250'000;

  bool on() const { return kept > absl::ZeroDuration(); }
};

// Written by publish.lua. A message's sequence number is the time in microseconds, or the last number plus
// one if that is more: so the order is total, and an age can be read from it. Acknowledged messages can be
// lost with the Redis that had them: when another one answers (INFO's run_id tells, see history_claim.lua),
// or it was emptied, history begins anew, and nothing reaches back to before.
//
// Thread-safe.
class RedisHistory final : public History {
 public:
  // client outlives this; it has been made with OnConnect and Scripts.
  RedisHistory(platform::redis::Client& client, ChannelNames names, HistoryOptions options,
               absl::Duration timeout, platform::metrics::Registry& registry);

  // For platform::redis::ClientOptions::on_connect.
  static std::vector<std::string> OnConnect(const ChannelNames& names);
  static std::vector<const platform::redis::Script*> Scripts();

  // done runs on the client's thread.
  void Read(HistoryRead read, OnPage done) override;
  void Mark(const std::string& channel, uint64_t name) override;

  const HistoryOptions& options() const { return options_; }

 private:
  struct Reading;
  void ReadPart(const std::shared_ptr<Reading>& reading);
  void Finish(const std::shared_ptr<Reading>& reading);

  platform::redis::Client& client_;
  const ChannelNames names_;
  const HistoryOptions options_;
  const absl::Duration timeout_;
  platform::metrics::Counter* const reads_;
  platform::metrics::Counter* const too_old_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_REDIS_HISTORY_H_
