// What nodes of a Socket.IO cluster ask each other, as JSON: join, leave, disconnect, and queries. And Sails'
// admin bus.
#ifndef SAIL_PUBSUB_CLUSTER_REQUEST_H_
#define SAIL_PUBSUB_CLUSTER_REQUEST_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/json_members.h"

namespace sail::pubsub {

// On the request channel: add_members, remove_members, disconnect. Never MessagePack, which ends every Sails
// process that listens there. The operation must be one of the three.
std::string EncodeRequest(std::string_view uid, const v1::Operation& operation);

// On Sails' admin bus: leave_all.
std::string EncodeAdmin(std::string_view uid, const v1::LeaveAll& leave_all);

// A request of another node, or one of ours.
struct ClusterRequest {
  enum class Type {
    kSockets = 0,
    kAllRooms = 1,
    kJoin = 2,
    kLeave = 3,
    kDisconnect = 4,
    kFetch = 5,
    kServerSideEmit = 6,
    kBroadcastWithAck = 7,
    kUnknown = 99,
  };
  Type type = Type::kUnknown;
  // The asking node, empty if it does not say. Who says it is subscribed to a response channel of its own.
  std::string uid;
  // Under which the asker waits for answers; empty where it waits for none.
  std::string request_id;
  // For join, leave and disconnect.
  std::optional<v1::Operation> operation;
  // The old form that names one socket: only the node that has the socket answers.
  bool one_socket = false;
  // Which sockets kSockets, kFetch and kBroadcastWithAck are about.
  Strings rooms, except;
  // kServerSideEmit, kBroadcastWithAck: a JSON array, the event's name in front; and the latter's binary
  // arguments and patience.
  std::string data_json;
  std::vector<std::string> attachments;
  int64_t timeout_ms = 0;
};

// JSON, or MessagePack (type 7 alone). INVALID_ARGUMENT: neither; a request without what its type
// needs.
absl::StatusOr<ClusterRequest> DecodeRequest(std::string_view payload, std::string_view ns);

// join, leave and leaveAll of Sails' admin bus, all in the namespace "/". INVALID_ARGUMENT: something else.
absl::StatusOr<v1::Operation> DecodeAdmin(std::string_view payload);

// The answer of the node that did what an old request for one socket asked.
std::string DoneAnswer(const ClusterRequest& request);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_CLUSTER_REQUEST_H_
