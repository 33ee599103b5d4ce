// One answer to a query of the pubsub service, put together from what the loops find.
#ifndef SAIL_GATEWAY_REALTIME_QUERY_ANSWER_H_
#define SAIL_GATEWAY_REALTIME_QUERY_ANSWER_H_

#include <cstdint>
#include <functional>
#include <mutex>

#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::gateway {

// Thread-safe. The count is sent once all loops have counted; `last` once everything that was begun has
// ended.
class QueryAnswer {
 public:
  using Send = std::function<void(pubsub::v1::Answer)>;

  // loops: how many will call Counted, once each. send is called under a lock, in the order of the parts; it
  // must not call back.
  QueryAnswer(uint64_t id, int loops, Send send)
      : id_(id), uncounted_(loops), open_(loops), send_(std::move(send)) {}

  // Sent with its id at once.
  void Part(pubsub::v1::Answer part);
  // A loop has so many sockets of those asked for, and begins with `more` things that End ends.
  void Counted(int64_t sockets, int64_t more = 0);
  // Collects until Flush. True: nothing waited before.
  bool Ack(pubsub::v1::Acknowledgement ack);
  void Flush();
  // A loop has said everything, or one of its `more` things has ended.
  void End();

 private:
  void FlushLocked();
  void SendLocked(pubsub::v1::Answer part);

  const uint64_t id_;
  std::mutex mutex_;
  int uncounted_;
  int64_t count_ = 0;
  int64_t open_;
  pubsub::v1::Answer acks_;
  const Send send_;
};

}  // namespace sail::gateway

#endif  // SAIL_GATEWAY_REALTIME_QUERY_ANSWER_H_
