#include "platform/rpc/status_conversion.h"

#include <grpcpp/support/status.h>

#include "absl/strings/cord.h"

namespace sail::platform::rpc {

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const auto details = status.GetPayload(kDetailsUrl);
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      details.has_value() ? std::string(*details) : std::string());
}

absl::Status FromGrpc(const grpc::Status& status) {
  absl::Status result = StatusFrom(status.error_code(), status.error_message());
  if (!status.error_details().empty()) result.SetPayload(kDetailsUrl, absl::Cord(status.error_details()));
  return result;
}

absl::Status StatusFrom(int code, const std::string& message) {
  if (code == 0) return absl::OkStatus();
  return absl::Status(static_cast<absl::StatusCode>(code), message);
}

}  // namespace sail::platform::rpc
