#include "services/pubsub/cluster_answer.h"

#include <utility>

namespace sail::pubsub {

bool ClusterAnswerBuilder::Fits(size_t bytes) {
  if (bytes_ + bytes > kMaxBytes) {
    answer_.truncated = true;
    return false;
  }
  bytes_ += bytes;
  return true;
}

void ClusterAnswerBuilder::Add(v1::SocketInfo socket) {
  if (answer_.sockets.size() >= limit_) {
    answer_.truncated = true;
  } else if (Fits(socket.ByteSizeLong())) {
    answer_.sockets.push_back(std::move(socket));
  }
}

void ClusterAnswerBuilder::Add(std::string room) {
  if (seen_rooms_.contains(room)) return;
  if (answer_.rooms.size() >= limit_) {
    answer_.truncated = true;
  } else if (Fits(room.size())) {
    seen_rooms_.insert(room);
    answer_.rooms.push_back(std::move(room));
  }
}

void ClusterAnswerBuilder::Add(v1::Acknowledgement ack) {
  if (Fits(ack.ByteSizeLong() + 1)) answer_.acks.push_back(std::move(ack));
}

void ClusterAnswerBuilder::Add(v1::Answer part) {
  answer_.count += part.count();
  answer_.truncated |= part.truncated();
  for (v1::SocketInfo& socket : *part.mutable_sockets()) Add(std::move(socket));
  for (std::string& room : *part.mutable_rooms()) Add(std::move(room));
  for (v1::Acknowledgement& ack : *part.mutable_acks()) Add(std::move(ack));
}

}  // namespace sail::pubsub
