#include "gateway/sails/socket_requester.h"

#include <algorithm>
#include <map>
#include <utility>

#include "gateway/actions/room_operations.h"
#include "gateway/socketio/socket.h"
#include "platform/json/json_scan.h"
#include "platform/json/json_text.h"

namespace sail::gateway {

using action::v1::RoomOperation;
using action::v1::SocketDataChanges;

std::string ChangedData(const std::string& data_json, const SocketDataChanges& changes) {
  std::string json = "{";
  const auto append = [&json](std::string_view key, std::string_view value) {
    if (json.size() > 1) json += ',';
    platform::json::AppendJsonString(key, &json);
    json.append(":").append(value);
  };
  std::map<std::string, std::string> left(changes.set().begin(), changes.set().end());
  if (const auto members = platform::json::SplitJsonObject(data_json); members.ok()) {
    for (const auto& member : *members) {
      if (const auto set = left.find(member.key); set != left.end()) {
        append(member.key, set->second);
        left.erase(set);
      } else if (std::find(changes.unset().begin(), changes.unset().end(), member.key) ==
                 changes.unset().end()) {
        append(member.key, member.raw);
      }
    }
  }
  for (const auto& [key, value] : left) append(key, value);
  return json + "}";
}

void SocketRequester::Apply(const SocketDataChanges& data, Operations operations,
                            std::function<void(absl::Status)> done) {
  loop_.Post([self = shared_from_this(), data, operations = std::move(operations), done = std::move(done)] {
    // Gone: while it was asked about (client), or in the namespace before (connected).
    const bool there = self->accept_ ? self->socket_->client() != nullptr : self->socket_->connected();
    if (!there) {
      if (self->accept_) self->accept_();  // tells whoever decides
      return done(absl::OkStatus());
    }
    if (absl::Status changed = self->ChangeData(data); !changed.ok()) return done(changed);
    self->ApplyRooms(operations, done);
  });
}

absl::Status SocketRequester::ChangeData(const SocketDataChanges& changes) {
  if (changes.set().empty() && changes.unset().empty()) return absl::OkStatus();
  std::string changed = ChangedData(socket_->data_json(), changes);
  if (changed.size() > kMaxDataBytes)
    return absl::ResourceExhaustedError("the socket's data are over the limit");
  socket_->set_data_json(std::move(changed));
  return absl::OkStatus();
}

void SocketRequester::ApplyRooms(const Operations& operations, std::function<void(absl::Status)> done) {
  OwnRooms own = OwnRoomsOf(operations);
  if (accept_) own.join.push_back(socket_->id());
  if (!socket_->MayJoin(own.join)) return done(absl::ResourceExhaustedError("too many rooms"));
  if (!own.leave.empty()) rooms_->Leave(socket_.get(), socket_->nsp(), own.leave);
  auto emit = [self = shared_from_this(), operations, done = std::move(done)](absl::Status joined) {
    if (self->accept_) self->accept_();
    self->Emit(operations);
    done(std::move(joined));
  };
  if (own.join.empty()) {
    emit(absl::OkStatus());
  } else {
    rooms_->Join(socket_.get(), socket_->nsp(), own.join, std::move(emit));
  }
}

void SocketRequester::Emit(const Operations& operations) {
  for (const RoomOperation& operation : operations) {
    if (operation.has_emit()) {
      const auto& emit = operation.emit();
      socket_->Emit(EventPayloadOf(emit), {emit.attachments().begin(), emit.attachments().end()},
                    emit.volatile_());
    } else if (operation.has_disconnect()) {
      socket_->Disconnect(operation.disconnect().close());
    }
  }
}

}  // namespace sail::gateway
