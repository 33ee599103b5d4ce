// What Socket.IO nodes ask each other beyond room operations and how they answer: fetching sockets, naming
// rooms, acknowledged broadcasts, server-side emits. Byte for byte as @socket.io/redis-adapter 8 writes it.
#ifndef SAIL_PUBSUB_NODE_WIRE_H_
#define SAIL_PUBSUB_NODE_WIRE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"

namespace sail::pubsub {

// The question for nodes that are not ours, for the request channel: JSON always, as MessagePack there ends
// every Sails process. An EmitWithAck must have no attachments, which JSON cannot carry.
std::string NodeQuestion(std::string_view uid, std::string_view request_id, const v1::Query& query);

std::string ServerEventRequest(std::string_view uid, std::string_view data_json);

// Answers, JSON.
std::string SocketIdsAnswer(std::string_view request_id, const std::vector<v1::SocketInfo>& sockets);
std::string SocketsAnswer(std::string_view request_id, const std::vector<v1::SocketInfo>& sockets);
std::string RoomsAnswer(std::string_view request_id, const std::vector<std::string>& rooms);
std::string ClientCountAnswer(std::string_view request_id, int64_t count);
// answer_json: one JSON value.
std::string ServerEventAnswer(std::string_view request_id, std::string_view answer_json);

// An acknowledgement is MessagePack where the asker alone listens. On the common response channel, where
// MessagePack ends Sails processes just as well, it is JSON, and binary what JSON.stringify makes of a
// Buffer.
std::string AckAnswer(std::string_view request_id, const v1::Acknowledgement& ack, bool common_channel);

// One node's answer to a NodeQuestion.
struct NodeAnswer {
  std::string request_id;
  enum class Kind { kSockets, kRooms, kClientCount, kAck, kOther };
  Kind kind = Kind::kOther;
  // By the kind. Of sockets given as mere ids there is the id.
  std::vector<v1::SocketInfo> sockets;
  std::vector<std::string> rooms;
  int64_t client_count = 0;
  v1::Acknowledgement ack;
};

// JSON or MessagePack. INVALID_ARGUMENT: neither, or malformed.
absl::StatusOr<NodeAnswer> DecodeNodeAnswer(std::string_view payload);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_NODE_WIRE_H_
