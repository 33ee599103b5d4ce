// What the nodes of a cluster answer to one query, put together.
#ifndef SAIL_PUBSUB_CLUSTER_ANSWER_H_
#define SAIL_PUBSUB_CLUSTER_ANSWER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::pubsub {

// Everything in the order in which it came.
struct ClusterAnswer {
  std::vector<v1::SocketInfo> sockets;
  // Each once.
  std::vector<std::string> rooms;
  int64_t count = 0;
  std::vector<v1::Acknowledgement> acks;
  bool truncated = false;
  v1::Coverage coverage;
};

// Keeps to the limits: what is beyond them is left out, and the answer truncated.
class ClusterAnswerBuilder {
 public:
  static constexpr size_t kMaxBytes = size_t{12} << 20;

  // limit: sockets or rooms.
  explicit ClusterAnswerBuilder(int64_t limit) : limit_(limit < 0 ? 0 : static_cast<size_t>(limit)) {}

  void Add(v1::SocketInfo socket);
  void Add(std::string room);
  void Add(v1::Acknowledgement ack);
  // All of it.
  void Add(v1::Answer part);

  ClusterAnswer& answer() { return answer_; }

 private:
  bool Fits(size_t bytes);

  const size_t limit_;
  size_t bytes_ = 0;
  absl::flat_hash_set<std::string> seen_rooms_;
  ClusterAnswer answer_;
};

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CLUSTER_ANSWER_H_
