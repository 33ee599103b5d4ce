#include "services/logic/events/change_events.h"

#include <utility>

#include "platform/json/json_text.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/logic/events/rooms.h"
#include "services/logic/model/text.h"

namespace sail::logic {
namespace {

using platform::json::JsonString;

std::string KeyJson(const Model& model, std::string_view key) {
  return model.primary_key().type == AttributeType::kNumber ? std::string(key) : JsonString(key);
}

}  // namespace

ChangeEvents::ChangeEvents(std::string origin_socket_id)
    : origin_socket_id_(std::move(origin_socket_id)),
      request_(std::make_unique<pubsub::v1::PublishRequest>()) {}
ChangeEvents::~ChangeEvents() = default;

void ChangeEvents::Broadcast(const Model& model, std::string room, std::string_view payload) {
  pubsub::v1::Broadcast& broadcast = *request_->add_operations()->mutable_broadcast();
  broadcast.add_rooms(std::move(room));
  if (!origin_socket_id_.empty()) broadcast.add_except_rooms(origin_socket_id_);
  broadcast.set_data_json(Concat("[", JsonString(model.identity()), ",", payload, "]"));
}

void ChangeEvents::MoveMembers(const Model& model, std::string_view key, bool join) {
  pubsub::v1::Operation& operation = *request_->add_operations();
  pubsub::v1::MoveMembers& move =
      join ? *operation.mutable_add_members() : *operation.mutable_remove_members();
  move.add_source_rooms(ClassRoom(model));
  move.add_target_rooms(RecordRoom(model, key));
}

void ChangeEvents::Created(const Model& model, std::string_view key, std::string_view record) {
  Broadcast(model, ClassRoom(model),
            Concat(R"({"verb":"created","data":)", record, R"(,"id":)", KeyJson(model, key), "}"));
  MoveMembers(model, key, true);
}

void ChangeEvents::Updated(const Model& model, std::string_view key, std::string_view changes,
                           std::string_view updated_at, std::string_view previous) {
  const std::string id = KeyJson(model, key);
  std::string data =
      Concat(changes, changes.empty() ? "" : ",", JsonString(model.primary_key().name), ":", id);
  if (!updated_at.empty()) data += Concat(",", updated_at);
  Broadcast(
      model, RecordRoom(model, key),
      Concat(R"({"verb":"updated","data":{)", data, R"(},"id":)", id, R"(,"previous":)", previous, "}"));
}

void ChangeEvents::Destroyed(const Model& model, std::string_view key, std::string_view previous) {
  Broadcast(model, RecordRoom(model, key),
            Concat(R"({"verb":"destroyed","id":)", KeyJson(model, key), R"(,"previous":)", previous, "}"));
  MoveMembers(model, key, false);
}

void ChangeEvents::AddedTo(const Attribute& association, std::string_view key, std::string_view child) {
  const Model& model = *association.model;
  Broadcast(model, RecordRoom(model, key),
            Concat(R"({"id":)", KeyJson(model, key), R"(,"verb":"addedTo","attribute":)",
                   JsonString(association.name), R"(,"addedId":)",
                   KeyJson(*association.association.target, child), "}"));
}

void ChangeEvents::RemovedFrom(const Attribute& association, std::string_view key, std::string_view child) {
  const Model& model = *association.model;
  Broadcast(model, RecordRoom(model, key),
            Concat(R"({"id":)", KeyJson(model, key), R"(,"verb":"removedFrom","attribute":)",
                   JsonString(association.name), R"(,"removedId":)",
                   KeyJson(*association.association.target, child), "}"));
}

void ChangeEvents::Moved(const Attribute& association, std::string_view key, const ColumnText& target) {
  const Model& model = *association.model;
  const std::string value = target ? KeyJson(*association.association.target, *target) : "null";
  Broadcast(model, RecordRoom(model, key),
            Concat(R"({"verb":"updated","data":{)", JsonString(association.name), ":", value, R"(},"id":)",
                   KeyJson(model, key), "}"));
}

bool ChangeEvents::empty() const { return request_->operations_size() == 0; }

std::string ChangeEvents::Serialized() const { return request_->SerializeAsString(); }

}  // namespace sail::logic
