#include "services/logic/actions/bootstrap.h"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "platform/postgres/connection.h"
#include "platform/postgres/pool.h"
#include "platform/text/string_view.h"
#include "services/logic/actions/record_actions.h"
#include "services/logic/actions/write_actions.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/record_values.h"
#include "services/logic/model/seed_records.h"
#include "services/logic/model/text.h"
#include "services/logic/model/where_sql.h"
#include "services/logic/store/record_store.h"
#include "services/logic/store/schema_migrator.h"

namespace sail::logic {
namespace {

using platform::postgres::Connection;
using platform::postgres::Transaction;

constexpr char kName[] = "bootstrap.yaml";

absl::Status CreateSeed(Transaction& transaction, const Schema& schema, const SeedRecord& seed,
                        const DataEncryption* encryption, std::vector<boost::json::value>& keys) {
  boost::json::object values = seed.values;
  for (const auto& [attribute, record] : seed.references) {
    if (attribute->is_to_one()) {
      values[attribute->name] = keys[record];
      continue;
    }
    boost::json::value& members = values[attribute->name];
    if (!members.is_array()) members.emplace_array();
    members.as_array().push_back(keys[record]);
  }
  const int64_t now_ms = absl::ToUnixMillis(absl::Now());
  const absl::StatusOr<RecordValues> normalised = NormaliseNewRecord(*seed.model, values, now_ms, encryption);
  if (!normalised.ok()) return normalised.status();
  ChangeEvents events("");
  const WriteContext context{transaction, schema, now_ms, events};
  const absl::StatusOr<RecordSet> created = CreateRecord(context, *WholeRecord(*seed.model), *normalised);
  if (!created.ok()) return created.status();
  const std::string key(created->Key(0));
  const bool number = seed.model->primary_key().type == AttributeType::kNumber;
  keys.push_back(number ? *ParseJson(key) : boost::json::value(key));
  return KeepEvents(transaction, events);
}

// Keys that the file gives itself must not be given again by the sequence.
absl::Status AdvanceSequences(Transaction& transaction, const std::vector<SeedRecord>& seeds) {
  std::set<const Model*> models;
  for (const SeedRecord& seed : seeds) {
    const Attribute& key = seed.model->primary_key();
    if (key.auto_increment && seed.values.contains(key.name)) models.insert(seed.model);
  }
  for (const Model* model : models) {
    const std::string table = QuoteIdentifier(model->table_name());
    const std::string& column = model->primary_key().column_name;
    const absl::Status status =
        transaction
            .Execute(Concat("SELECT setval(pg_get_serial_sequence($1, $2), (SELECT max(",
                            QuoteIdentifier(column), ") FROM ", table, "))"),
                     {{table, column}})
            .status();
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Create(Transaction& transaction, const Schema& schema,
                                                const std::vector<SeedRecord>& seeds,
                                                const DataEncryption* encryption) {
  std::vector<boost::json::value> keys;
  for (const SeedRecord& seed : seeds) {
    const absl::Status status = CreateSeed(transaction, schema, seed, encryption, keys);
    if (absl::IsUnavailable(status)) return status;
    if (!status.ok()) {
      return absl::InvalidArgumentError(Concat(seed.place, ": ", platform::ToStd(status.message())));
    }
  }
  absl::Status status = AdvanceSequences(transaction, seeds);
  if (!status.ok()) return status;
  status = transaction.Execute("INSERT INTO sail_migration (name) VALUES ($1)", {{kName}}).status();
  if (!status.ok()) return status;
  return std::vector<std::string>{Concat(kName, ": created ", std::to_string(seeds.size()), " records")};
}

// In a transaction that its caller has begun.
absl::StatusOr<std::vector<std::string>> CreateUnlessDone(Connection& connection, const Schema& schema,
                                                          const std::string& text,
                                                          const DataEncryption* encryption) {
  const platform::postgres::Job job;
  Transaction transaction(connection, job, nullptr, absl::InfiniteDuration());
  // The number is "sail" in ASCII, and two: those before it belong to the migrations and the outbox.
  absl::Status status = transaction.Execute("SELECT pg_advisory_xact_lock(1935763822)").status();
  if (!status.ok()) return status;
  const auto done = transaction.Execute("SELECT 1 FROM sail_migration WHERE name = $1", {{kName}});
  if (!done.ok()) return done.status();
  if (done->rows() > 0) return std::vector<std::string>();
  const absl::StatusOr<std::vector<SeedRecord>> seeds = ReadSeedRecords(schema, kName, text);
  if (!seeds.ok()) return seeds.status();
  return Create(transaction, schema, *seeds, encryption);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> Bootstrap(const std::string& postgres_url, const Schema& schema,
                                                   const std::string& app_dir,
                                                   const DataEncryption* encryption) {
  const std::filesystem::path path = std::filesystem::path(app_dir) / kName;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::vector<std::string>();
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) return absl::InvalidArgumentError(Concat(path.string(), ": cannot be read"));
  const absl::Status fits = CheckSchema(postgres_url, schema);
  if (absl::IsFailedPrecondition(fits)) {
    return std::vector<std::string>{Concat(kName, " waits: ", platform::ToStd(fits.message()))};
  }
  if (!fits.ok()) return fits;
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(postgres_url);
  if (!connection.ok()) return connection.status();
  absl::Status status = (*connection)->ExecuteScript("BEGIN");
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<std::string>> done = CreateUnlessDone(**connection, schema, text, encryption);
  status = (*connection)->ExecuteScript(done.ok() ? "COMMIT" : "ROLLBACK");
  if (done.ok() && !status.ok()) return status;
  return done;
}

}  // namespace sail::logic
