#include "services/logic/store/schema_migrator.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "platform/postgres/connection.h"
#include "platform/text/string_view.h"
#include "services/logic/model/text.h"
#include "services/logic/store/outbox_migration.h"
#include "services/logic/store/schema_ddl.h"

namespace sail::logic {
namespace {

using platform::ToStd;
using platform::postgres::Connection;
using platform::postgres::Result;

struct MigrationFile {
  std::string name;
  std::string sql;
};

absl::Status Sentence(const absl::Status& status, std::string_view what) {
  return absl::Status(status.code(), Concat(what, ": ", ToStd(status.message())));
}

absl::StatusOr<std::vector<MigrationFile>> FilesOf(const std::string& app_dir) {
  std::vector<MigrationFile> files = {{"service/0001_outbox.sql", std::string(kOutboxMigration)}};
  std::error_code error;
  const std::filesystem::path folder = std::filesystem::path(app_dir) / "migrations";
  std::vector<MigrationFile> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".sql") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::string sql{std::istreambuf_iterator<char>(in), {}};
    if (!in.good() && !in.eof()) {
      return absl::InvalidArgumentError(Concat(entry.path().string(), ": cannot be read"));
    }
    found.push_back({entry.path().filename().string(), std::move(sql)});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  for (MigrationFile& file : found) {
    const bool numbered =
        file.name.size() > 5 && file.name[4] == '_' &&
        std::all_of(file.name.begin(), file.name.begin() + 4, [](char c) { return c >= '0' && c <= '9'; });
    if (!numbered) {
      return absl::InvalidArgumentError(
          Concat("migrations/", file.name, ": the name must be like 0001_rename_title.sql"));
    }
    files.push_back(std::move(file));
  }
  return files;
}

absl::Status InTransaction(Connection& connection, const auto& work) {
  absl::Status status = connection.ExecuteScript("BEGIN");
  if (!status.ok()) return status;
  status = work();
  if (status.ok()) return connection.ExecuteScript("COMMIT");
  connection.ExecuteScript("ROLLBACK").IgnoreError();  // the error to report is the first one
  return status;
}

absl::StatusOr<std::vector<std::string>> ApplyFiles(Connection& connection,
                                                    const std::vector<MigrationFile>& files) {
  absl::Status status = connection.ExecuteScript(
      "CREATE TABLE IF NOT EXISTS sail_migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL "
      "DEFAULT now())");
  if (!status.ok()) return status;
  const absl::StatusOr<Result> applied = connection.Execute("SELECT name FROM sail_migration");
  if (!applied.ok()) return applied.status();
  std::set<std::string, std::less<>> names;
  for (int row = 0; row < applied->rows(); ++row) names.emplace(applied->Text(row, 0));
  std::vector<std::string> done;
  for (const MigrationFile& file : files) {
    if (names.contains(file.name)) continue;
    status = InTransaction(connection, [&] {
      absl::Status ran = connection.ExecuteScript(file.sql);
      if (!ran.ok()) return ran;
      return connection.Execute("INSERT INTO sail_migration (name) VALUES ($1)", {{file.name}}).status();
    });
    if (absl::IsUnavailable(status)) return status;
    if (!status.ok()) return absl::InvalidArgumentError(Concat(file.name, ": ", ToStd(status.message())));
    done.push_back(Concat("applied ", file.name));
  }
  return done;
}

absl::StatusOr<ExistingSchema> ReadExisting(Connection& connection) {
  ExistingSchema existing;
  const absl::StatusOr<Result> columns = connection.Execute(
      "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()");
  if (!columns.ok()) return columns.status();
  for (int row = 0; row < columns->rows(); ++row) {
    existing.columns[std::string(columns->Text(row, 0))].emplace(columns->Text(row, 1));
  }
  const absl::StatusOr<Result> indexes =
      connection.Execute("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()");
  if (!indexes.ok()) return indexes.status();
  for (int row = 0; row < indexes->rows(); ++row) existing.indexes.emplace(indexes->Text(row, 0));
  return existing;
}

absl::StatusOr<std::vector<std::string>> MakeWhatIsMissing(Connection& connection, const Schema& schema) {
  const absl::StatusOr<ExistingSchema> existing = ReadExisting(connection);
  if (!existing.ok()) return existing.status();
  std::vector<std::string> done;
  const absl::Status status = InTransaction(connection, [&] {
    for (const DdlStep& step : MissingSteps(schema, *existing)) {
      absl::Status made = connection.ExecuteScript(step.sql);
      if (!made.ok()) return Sentence(made, Concat(step.sentence, ", and making it failed"));
      done.push_back(Concat(step.sentence, ": made it"));
    }
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return done;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Migrate(const std::string& postgres_url, const Schema& schema,
                                                 const std::string& app_dir, MigrateMode mode) {
  const absl::StatusOr<std::vector<MigrationFile>> files = FilesOf(app_dir);
  if (!files.ok()) return files.status();
  absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(postgres_url);
  if (!opened.ok()) return opened.status();
  Connection& connection = **opened;
  // Ends with the session, however that ends. The number is "sail" in ASCII.
  absl::Status locked = connection.Execute("SELECT pg_advisory_lock(1935763820)").status();
  if (!locked.ok()) return locked;
  absl::StatusOr<std::vector<std::string>> done = ApplyFiles(connection, *files);
  if (!done.ok() || mode == MigrateMode::kSafe) return done;
  const absl::StatusOr<std::vector<std::string>> made = MakeWhatIsMissing(connection, schema);
  if (!made.ok()) return made.status();
  done->insert(done->end(), made->begin(), made->end());
  return done;
}

absl::Status CheckSchema(const std::string& postgres_url, const Schema& schema) {
  absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(postgres_url);
  if (!opened.ok()) return opened.status();
  const absl::StatusOr<ExistingSchema> existing = ReadExisting(**opened);
  if (!existing.ok()) return existing.status();
  std::vector<std::string> missing;
  if (!existing->columns.contains("sail_outbox")) missing.push_back("table sail_outbox is missing");
  for (DdlStep& step : MissingSteps(schema, *existing)) {
    if (step.needed) missing.push_back(std::move(step.sentence));
  }
  if (missing.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(Concat("the database does not fit the models: ", Join(missing, "; "),
                                              ". Run logic_server --migrate=alter."));
}

}  // namespace sail::logic
