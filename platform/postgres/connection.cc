#include "platform/postgres/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <list>
#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/prepared_statement>
#include <pqxx/result>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "platform/postgres/error.h"
#include "platform/text/string_view.h"

namespace sail::platform::postgres {
namespace {

constexpr size_t kMaxPrepared = 200;

// The one place where libpqxx's exceptions end.
template <typename Function>
absl::Status Guard(const Function& function) {
  try {
    function();
    return absl::OkStatus();
  } catch (const pqxx::too_many_connections& error) {
    return SqlError("53300", error.what());
  } catch (const pqxx::broken_connection& error) {
    return SqlError("08006", error.what());
  } catch (const pqxx::sql_error& error) {
    return SqlError(error.sqlstate().empty() ? "XX000" : error.sqlstate(), error.what());
  } catch (const pqxx::deadlock_detected& error) {
    return SqlError("40P01", error.what());
  } catch (const pqxx::transaction_rollback& error) {
    return SqlError("40001", error.what());
  } catch (const std::exception& error) {
    return SqlError("XX000", error.what());
  }
}

}  // namespace

class Result::Rep {
 public:
  explicit Rep(pqxx::result result) : result(std::move(result)) {}
  pqxx::result result;
};

Result::Result(std::shared_ptr<const Rep> rep) : rep_(std::move(rep)) {}
int Result::rows() const { return rep_ == nullptr ? 0 : static_cast<int>(rep_->result.size()); }
int Result::columns() const { return rep_ == nullptr ? 0 : static_cast<int>(rep_->result.columns()); }
int Result::affected_rows() const {
  return rep_ == nullptr ? 0 : static_cast<int>(rep_->result.affected_rows());
}

bool Result::IsNull(int row, int column) const { return rep_->result[row][column].is_null(); }

std::string_view Result::Text(int row, int column) const {
  const pqxx::field field = rep_->result[row][column];
  return std::string_view(field.c_str(), field.size());
}

class Connection::Rep {
 public:
  Rep(const std::string& url, absl::Duration connect_timeout)
      : connection(WithTimeouts(url, connect_timeout)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    // A silent reconnect in the middle of a transaction would lose its first half.
    connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
    socket = connection.sock();
    session.emplace(connection);
    // Planning a statement anew for its values takes longer than running it where a row is found by its key.
    const pqxx::result process = session->exec(
        "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; "
        "SET plan_cache_mode = force_generic_plan; SELECT pg_backend_pid()");
    // A pooler makes up a number of its own.
    if (process[0][0].as<int>() == connection.backendpid()) backend_pid = connection.backendpid();
  }

  // The name of the prepared statement for sql.
  const std::string& Prepare(std::string_view sql) {
    auto found = prepared.find(std::string(sql));
    if (found != prepared.end()) {
      used.splice(used.begin(), used, found->second.position);
      return found->second.name;
    }
    if (prepared.size() >= kMaxPrepared) {
      const auto oldest = prepared.find(used.back());
      connection.unprepare(oldest->second.name);
      used.pop_back();
      prepared.erase(oldest);
    }
    std::string name = absl::StrCat("s", next++);
    connection.prepare(name, std::string(sql));
    used.emplace_front(sql);
    return prepared.emplace(std::string(sql), Statement{std::move(name), used.begin()}).first->second.name;
  }

  pqxx::connection connection;
  std::optional<pqxx::nontransaction> session;
  int socket = -1;
  int backend_pid = 0;

 private:
  struct Statement {
    std::string name;
    std::list<std::string>::iterator position;
  };

  static std::string WithTimeouts(const std::string& url, absl::Duration connect_timeout) {
    const int64_t seconds = absl::ToInt64Seconds(connect_timeout + absl::Milliseconds(999));
    const std::pair<const char*, int64_t> options[] = {{"connect_timeout", seconds},
                                                       {"keepalives_idle", 5},
                                                       {"keepalives_interval", 2},
                                                       {"keepalives_count", 3},
                                                       {"tcp_user_timeout", 10000}};
    const bool is_uri = url.find("://") != std::string::npos;
    std::string with = url;
    for (const auto& [name, value] : options) {
      if (url.find(name) != std::string::npos) continue;
      const char* separator = !is_uri ? " " : with.find('?') == std::string::npos ? "?" : "&";
      absl::StrAppend(&with, separator, name, "=", value);
    }
    return with;
  }

  std::unordered_map<std::string, Statement> prepared;
  std::list<std::string> used;  // most recent first
  uint64_t next = 0;
};

Connection::Connection(std::unique_ptr<Rep> rep) : rep_(std::move(rep)) {}

Connection::~Connection() {
  // The destructors of a broken connection's parts may throw or complain; there is nobody to tell.
  static_cast<void>(Guard([&] { rep_.reset(); }));
}

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& url,
                                                             absl::Duration connect_timeout) {
  std::unique_ptr<Rep> rep;
  const absl::Status status = Guard([&] { rep = std::make_unique<Rep>(url, connect_timeout); });
  if (!status.ok()) return absl::UnavailableError(status.message());
  return std::unique_ptr<Connection>(new Connection(std::move(rep)));
}

absl::StatusOr<Result> Connection::Execute(std::string_view sql, absl::Span<const Parameter> parameters) {
  std::vector<const char*> texts;
  texts.reserve(parameters.size());
  for (const Parameter& parameter : parameters) {
    if (parameter && parameter->find('\0') != std::string::npos) {
      return absl::InvalidArgumentError("postgres: a text must not contain a NUL byte");
    }
    texts.push_back(parameter ? parameter->c_str() : nullptr);
  }
  Result result;
  absl::Status status = Guard([&] {
    const std::string& name = rep_->Prepare(sql);
    result = Result(std::make_shared<const Result::Rep>(
        rep_->session->exec_prepared(name, pqxx::prepare::make_dynamic_params(texts))));
  });
  if (!status.ok()) return status;
  return result;
}

absl::Status Connection::ExecuteScript(std::string_view sql) {
  return Guard([&] { rep_->session->exec(std::string(sql)); });
}

int Connection::backend_pid() const { return rep_->backend_pid; }

bool Connection::broken() const { return !rep_->connection.is_open(); }

void Connection::Interrupt() { ::shutdown(rep_->socket, SHUT_RDWR); }

std::string ArrayText(absl::Span<const std::string> elements) {
  std::string text = "{";
  for (const std::string& element : elements) {
    if (text.size() > 1) text.push_back(',');
    text.push_back('"');
    for (const char c : element) {
      if (c == '"' || c == '\\') text.push_back('\\');
      text.push_back(c);
    }
    text.push_back('"');
  }
  text.push_back('}');
  return text;
}

std::string ByteaText(std::string_view bytes) {
  return absl::StrCat("\\x", absl::BytesToHexString(ToAbsl(bytes)));
}

}  // namespace sail::platform::postgres
