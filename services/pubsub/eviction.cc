#include "services/pubsub/eviction.h"

#include <charconv>
#include <string>
#include <utility>

#include "platform/json/json_scan.h"

namespace sail::pubsub {

absl::StatusOr<v1::Operation> DecodeEviction(std::string_view payload, std::string_view ns) {
  auto members = platform::json::SplitJsonObject(payload);
  if (!members.ok()) return members.status();
  v1::Operation operation;
  operation.set_namespace_(std::string(ns));
  v1::EvictGhost& evict = *operation.mutable_evict_ghost();
  bool is_eviction = false;
  for (const auto& [key, raw] : *members) {
    if (key == "sail") is_eviction = raw == "\"evict\"";
    if (key == "socket") {
      auto socket = platform::json::UnescapeJsonString(raw);
      if (!socket.ok()) return socket.status();
      evict.set_socket_id(*std::move(socket));
    }
    if (key == "generation") {
      uint64_t generation = 0;
      std::from_chars(raw.data(), raw.data() + raw.size(), generation);
      evict.set_generation(generation);
    }
  }
  if (!is_eviction || evict.socket_id().empty() || evict.generation() == 0) {
    return absl::InvalidArgumentError("cluster message: not an eviction");
  }
  return operation;
}

}  // namespace sail::pubsub
