#include "services/pubsub/history_converter.h"

#include <string>
#include <utility>

#include "services/pubsub/operation_check.h"

namespace sail::pubsub {

absl::StatusOr<HistoryRead> HistoryReadFrom(const ChannelNames& names,
                                            const v1::ReadHistoryRequest& request) {
  HistoryRead read;
  const std::string ns = NamespaceOf(request.namespace_());
  if (request.rooms_size() > kMaxHistoryRooms) return absl::InvalidArgumentError("more than 10000 rooms");
  if (absl::Status status = CheckRoom(ns, ""); !status.ok()) return status;
  for (const std::string& room : request.rooms()) {
    if (absl::Status status = CheckRoom(ns, room); !status.ok()) return status;
    read.rooms.push_back({ns, room.empty() ? names.All(ns) : names.Room(ns, room)});
  }
  if (request.limit() < 0 || request.limit() > kMaxHistoryMessages) {
    return absl::InvalidArgumentError("limit must be from 0 to 10000");
  }
  read.after = request.after();
  read.most_messages = request.limit() == 0 ? kDefaultHistoryMessages : request.limit();
  return read;
}

v1::ReadHistoryResponse ToResponse(const HistoryPage& page) {
  v1::ReadHistoryResponse response;
  response.set_position(page.position);
  response.set_more(page.more);
  response.set_reaches_back(page.reaches_back);
  for (const auto& operation : page.operations) *response.add_operations() = *operation;
  return response;
}

}  // namespace sail::pubsub
