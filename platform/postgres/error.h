#ifndef SAIL_PLATFORM_POSTGRES_ERROR_H_
#define SAIL_PLATFORM_POSTGRES_ERROR_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace sail::platform::postgres {

// What a SQLSTATE means to a caller:
//   UNAVAILABLE         the connection is gone, the server is stopping, starting, full, or has become a
//   standby ALREADY_EXISTS      a unique constraint (23505); see ViolatedColumns ABORTED serialization
//   failure or deadlock: the transaction can be run again DEADLINE_EXCEEDED   statement_timeout, or
//   lock_timeout INVALID_ARGUMENT    a value that Postgres refuses (class 22): overflow, bad encoding, bad
//   date FAILED_PRECONDITION the schema does not fit: no such table or column (class 42) INTERNAL anything
//   else
// message is the server's, or libpq's.
absl::Status SqlError(std::string_view sqlstate, std::string_view message);

// The columns of the violated unique constraint; empty when status is none or the server did not say.
std::vector<std::string> ViolatedColumns(const absl::Status& status);

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_ERROR_H_
