// ReadHistory's messages from and to what the history knows.
#ifndef SAIL_PUBSUB_HISTORY_CONVERTER_H_
#define SAIL_PUBSUB_HISTORY_CONVERTER_H_

#include "absl/status/statusor.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/pubsub/channel_names.h"
#include "services/pubsub/history.h"

namespace sail::pubsub {

inline constexpr int kMaxHistoryRooms = 10000;
inline constexpr int64_t kMaxHistoryMessages = 10000;
inline constexpr int64_t kDefaultHistoryMessages = 1000;

// INVALID_ARGUMENT: a bad room, too many of them, a bad limit.
absl::StatusOr<HistoryRead> HistoryReadFrom(const ChannelNames& names, const v1::ReadHistoryRequest& request);

v1::ReadHistoryResponse ToResponse(const HistoryPage& page);

}  // namespace sail::pubsub

#endif  // SAIL_PUBSUB_HISTORY_CONVERTER_H_
