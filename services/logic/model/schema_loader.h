#ifndef SAIL_LOGIC_MODEL_SCHEMA_LOADER_H_
#define SAIL_LOGIC_MODEL_SCHEMA_LOADER_H_

#include <string>

#include "absl/status/statusor.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// Reads an application folder: models/NAME.yaml (one model each, its identity is NAME in lower case) and the
// `models:` section of config.yaml (attributes, cascadeOnDestroy, schema), which holds for every model.
// Without `attributes` there, every model has createdAt, updatedAt and an automatic number id.
//
//   # models/user.yaml
//   tableName: users          # default: the identity
//   primaryKey: id            # default: id
//   cascadeOnDestroy: true
//   hidden: [secret]          # never serialised
//   attributes:
//     name: {type: string, required: true}
//     email: {type: string, unique: true, isEmail: true}
//     pets: {collection: pet, via: owner}
//
// INVALID_ARGUMENT with every error found, one a line, each "path:line: sentence"; NOT_FOUND if the folder
// has no models folder. A models folder without files gives an empty schema.
absl::StatusOr<Schema> LoadSchema(const std::string& app_dir);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_SCHEMA_LOADER_H_
