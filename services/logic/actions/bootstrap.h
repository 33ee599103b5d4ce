#ifndef SAIL_LOGIC_ACTIONS_BOOTSTRAP_H_
#define SAIL_LOGIC_ACTIONS_BOOTSTRAP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

class DataEncryption;

// Creates the records of `<app_dir>/bootstrap.yaml` (model/seed_records.h), as the create action would: with
// validation, defaults, associations and events. Once in the life of a database: table sail_migration
// remembers it, so what the file says later, or whether the records are still there, does not matter.
//
// Any number of processes may do this at the same time: one works, the others wait and find it done. All is
// one transaction, so after one that was killed the next does the whole. After Migrate
// (store/schema_migrator.h), which makes the tables; while they do not fit the models nothing is done.
//
// Gives a sentence for what was done. encryption may be null. Errors: INVALID_ARGUMENT with the line of a
// record that cannot be created; UNAVAILABLE while Postgres is down.
absl::StatusOr<std::vector<std::string>> Bootstrap(const std::string& postgres_url, const Schema& schema,
                                                   const std::string& app_dir,
                                                   const DataEncryption* encryption);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_ACTIONS_BOOTSTRAP_H_
