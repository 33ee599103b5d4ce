#ifndef SAIL_LOGIC_STORE_SCHEMA_MIGRATOR_H_
#define SAIL_LOGIC_STORE_SCHEMA_MIGRATOR_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

enum class MigrateMode {
  // Only the versioned files.
  kSafe,
  // Then what is missing of the models as well.
  kAlter,
};

// Brings the database up to date: this service's own SQL files, then `<app_dir>/migrations/NNNN_name.sql` in
// order, each once (table sail_migration remembers them), then in mode kAlter what MissingSteps says. So a
// file must also hold on a database that has no tables yet ("ALTER TABLE IF EXISTS ...").
//
// Any number of processes may do this at the same time: an advisory lock lets one work, the others wait and
// find nothing to do. Every file and the models' changes are a transaction each, so the next one goes on
// where one that was killed stopped.
//
// Gives a sentence for each thing done. Errors: INVALID_ARGUMENT with a file's name for a bad file,
// UNAVAILABLE while Postgres is down.
absl::StatusOr<std::vector<std::string>> Migrate(const std::string& postgres_url, const Schema& schema,
                                                 const std::string& app_dir, MigrateMode mode);

// OK if records of every model can be read and written; FAILED_PRECONDITION with sentences that say what is
// missing and what to do about it; UNAVAILABLE while Postgres is down. Changes nothing.
absl::Status CheckSchema(const std::string& postgres_url, const Schema& schema);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_STORE_SCHEMA_MIGRATOR_H_
