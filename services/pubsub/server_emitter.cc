#include "services/pubsub/server_emitter.h"

#include <utility>

#include "platform/json/json_scan.h"
#include "services/pubsub/node_wire.h"
#include "services/pubsub/operation_check.h"
#include "services/pubsub/server_events.h"

namespace sail::pubsub {
namespace {

using platform::redis::Reply;

// Longer than any emitter waits.
constexpr char kAnswerMemoryMs[] = "30000";

absl::Status CheckEvent(const std::string& ns, const std::string& data_json) {
  if (absl::Status status = CheckRoom(ns, ""); !status.ok()) return status;
  const auto elements = platform::json::SplitJsonArray(data_json);
  if (!elements.ok() || elements->empty() || !elements->front().starts_with('"')) {
    return absl::InvalidArgumentError("data_json: not an array that begins with the event's name");
  }
  const std::string name = platform::json::UnescapeJsonString(elements->front()).value_or("");
  if (name == "connect" || name == "connection" || name == "new_namespace") {
    return absl::InvalidArgumentError("data_json: \"" + name + "\" is a reserved event name");
  }
  return absl::OkStatus();
}

}  // namespace

void ServerEmitter::Emit(const std::string& given_ns, const std::string& data_json, absl::Duration timeout,
                         Done done) {
  const std::string ns = NamespaceOf(given_ns);
  if (absl::Status status = CheckEvent(ns, data_json); !status.ok()) return done(std::move(status));
  client_.Command({"PUBLISH", names_.Request(ns), ServerEventRequest(uid_, data_json)}, timeout,
                  [done = std::move(done)](const absl::StatusOr<Reply>& reply) { done(reply.status()); });
}

void ServerEmitter::Answer(const std::string& ack_id, const std::string& answer_json, absl::Duration timeout,
                           Done done) {
  const absl::StatusOr<ServerEventId> id = ServerEventId::Parse(ack_id);
  if (!id.ok()) return done(id.status());
  if (!platform::json::ValidateJson(answer_json).ok()) {
    return done(absl::InvalidArgumentError("answer_json is not JSON"));
  }
  // The emitter counts answers by servers, not by who they are from: a second one would stand for another
  // server.
  client_.Command({"SET", "sail:event-answer:" + ack_id, "1", "NX", "PX", kAnswerMemoryMs}, timeout,
                  [this, id = *id, answer_json, timeout,
                   done = std::move(done)](const absl::StatusOr<Reply>& reply) mutable {
                    if (!reply.ok() || reply->is_nil()) return done(reply.status());
                    client_.Command(
                        {"PUBLISH", names_.Response(id.ns), ServerEventAnswer(id.request_id, answer_json)},
                        timeout,
                        [done](const absl::StatusOr<Reply>& published) { done(published.status()); });
                  });
}

}  // namespace sail::pubsub
