// The namespaces of one event loop.
#ifndef SAIL_GATEWAY_SOCKETIO_NAMESPACES_H_
#define SAIL_GATEWAY_SOCKETIO_NAMESPACES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/socketio/rooms.h"

namespace sail::gateway::socketio {

struct Namespace {
  Namespace(std::string name, RoomObserver* observer) : name(name), rooms(std::move(name), observer) {}

  const std::string name;  // "/" or "/name"
  RoomTable rooms;
  // Of events to clients that ask for an acknowledgement: one counter for all sockets, as in Node.
  uint64_t next_ack_id = 0;
};

// Single-threaded. A handful, so a list.
class Namespaces {
 public:
  // observer may be null; must outlive this.
  explicit Namespaces(RoomObserver* observer) : observer_(observer) {}

  // The namespace, made if it is new. Namespaces stay for good.
  Namespace& Add(std::string_view name) {
    if (Namespace* const existing = Find(name)) return *existing;
    return *namespaces_.emplace_back(std::make_unique<Namespace>(std::string(name), observer_));
  }

  // Null if clients may not connect to it.
  Namespace* Find(std::string_view name) const {
    for (const auto& nsp : namespaces_) {
      if (nsp->name == name) return nsp.get();
    }
    return nullptr;
  }

 private:
  RoomObserver* const observer_;
  std::vector<std::unique_ptr<Namespace>> namespaces_;
};

}  // namespace sail::gateway::socketio

#endif  // SAIL_GATEWAY_SOCKETIO_NAMESPACES_H_
