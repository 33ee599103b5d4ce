#ifndef SAIL_PLATFORM_POSTGRES_CONNECTION_H_
#define SAIL_PLATFORM_POSTGRES_CONNECTION_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "platform/postgres/result.h"

namespace sail::platform::postgres {

// A statement's parameter in text form; nullopt is NULL. Statements say the type where it matters
// ("$1::int4[]").
using Parameter = std::optional<std::string>;

// The text form of a Postgres array of non-null elements, for "= ANY($1::text[])".
std::string ArrayText(absl::Span<const std::string> elements);

// bytea in text form.
std::string ByteaText(std::string_view bytes);

// One connection. Used by one thread at a time, but for Interrupt. Once broken it stays broken: make a new
// one.
class Connection {
 public:
  // url: a libpq connection string or postgresql:// URI. Blocks for at most connect_timeout (libpq rounds it
  // up to whole seconds, at least 2). A server whose machine is gone without a word is noticed after some ten
  // seconds (TCP keepalives), unless the url sets these options itself. Errors: UNAVAILABLE.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& url,
                                                          absl::Duration connect_timeout = absl::Seconds(2));
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Runs one statement, prepared on its first use and planned once for all values; the 200 used last stay
  // prepared. A text with a NUL byte is an INVALID_ARGUMENT, as Postgres has none. Other errors as SqlError
  // says.
  absl::StatusOr<Result> Execute(std::string_view sql, absl::Span<const Parameter> parameters = {});

  // Runs one or more statements without parameters, never prepared: BEGIN, SET, the files of a migration.
  absl::Status ExecuteScript(std::string_view sql);

  // The server process behind the connection, for pg_cancel_backend. 0 if it is not known: behind a pooler
  // the statements of one connection may run in several.
  int backend_pid() const;

  // True after an error that cost the connection.
  bool broken() const;

  // Any thread, while no other thread destroys the connection: a statement that is waiting for the server
  // fails, and the connection is broken. For a server that no longer answers; the statement may still be
  // running there.
  void Interrupt();

 private:
  class Rep;
  explicit Connection(std::unique_ptr<Rep> rep);

  std::unique_ptr<Rep> rep_;
};

}  // namespace sail::platform::postgres

#endif  // SAIL_PLATFORM_POSTGRES_CONNECTION_H_
