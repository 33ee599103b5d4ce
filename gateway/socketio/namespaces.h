// The namespaces of one event loop.
#ifndef SAIL_GATEWAY_SOCKETIO_NAMESPACES_H_
#define SAIL_GATEWAY_SOCKETIO_NAMESPACES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/socketio/rooms.h"

namespace sail::gateway::socketio {

struct Namespace {
  Namespace(std::string name, RoomObserver* observer, const RoomLimits* limits, bool is_dynamic)
      : name(name), rooms(std::move(name), observer, limits), is_dynamic(is_dynamic) {}

  const std::string name;  // "/" or "/name"
  RoomTable rooms;
  const bool is_dynamic;
  // Of events to clients that ask for an acknowledgement: one counter for all sockets, as in Node.
  uint64_t next_ack_id = 0;
};

struct NamespaceOptions {
  // Whether clients may connect to a namespace that has not been added: it is made for the first one, and
  // dropped when the last one has left. Null: no.
  std::function<bool(std::string_view name)> may_be_made;
  // How many of those there may be at a time, on this loop.
  size_t max_dynamic = 10'000;
  // Counter: a client was refused for want of a place.
  std::function<void()> on_dynamic_refused = [] {};
  RoomLimits rooms;
};

// Single-threaded.
class Namespaces {
 public:
  // observer may be null; must outlive this. Of a dynamic namespace it is told as of a room without a name:
  // opened when the namespace is made, closed when it is dropped.
  Namespaces(RoomObserver* observer, NamespaceOptions options)
      : observer_(observer), options_(std::move(options)) {}

  // The namespace, made if it is new. It stays for good.
  Namespace& Add(std::string_view name) { return *Insert(name, false); }

  // Null if there is none of that name now.
  Namespace* Find(std::string_view name) const {
    const auto found = namespaces_.find(name);
    return found == namespaces_.end() ? nullptr : found->second.get();
  }

  // For a client that connects: the namespace of that name, made if it may be. Errors, with the words that
  // Socket.IO has for the client: NOT_FOUND ("Invalid namespace"), RESOURCE_EXHAUSTED ("Too many
  // namespaces").
  absl::StatusOr<std::shared_ptr<Namespace>> Enter(std::string_view name) {
    const auto found = namespaces_.find(name);
    if (found != namespaces_.end()) return found->second;
    if (!options_.may_be_made || !options_.may_be_made(name)) return absl::NotFoundError("Invalid namespace");
    if (dynamic_ >= options_.max_dynamic) {
      options_.on_dynamic_refused();
      return absl::ResourceExhaustedError("Too many namespaces");
    }
    ++dynamic_;
    const std::shared_ptr<Namespace> made = Insert(name, true);
    if (observer_ != nullptr) observer_->OnRoomOpened(name, "");
    return made;
  }

  // A client has left: drops the namespace if it was made for clients and has no more of them.
  void Leave(const Namespace& nsp) {
    if (!nsp.is_dynamic || nsp.rooms.size() > 0 || Find(nsp.name) != &nsp) return;
    --dynamic_;
    if (observer_ != nullptr) observer_->OnRoomClosed(nsp.name, "");
    namespaces_.erase(std::string(nsp.name));  // a copy, as the name may go with it
  }

  size_t dynamic() const { return dynamic_; }

 private:
  std::shared_ptr<Namespace> Insert(std::string_view name, bool is_dynamic) {
    std::shared_ptr<Namespace>& place = namespaces_[name];
    if (place == nullptr) {
      place = std::make_shared<Namespace>(std::string(name), observer_, &options_.rooms, is_dynamic);
    }
    return place;
  }

  RoomObserver* const observer_;
  const NamespaceOptions options_;
  size_t dynamic_ = 0;
  absl::flat_hash_map<std::string, std::shared_ptr<Namespace>, RoomNameHash, RoomNameEq> namespaces_;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_NAMESPACES_H_
