#ifndef SAIL_LOGIC_MODEL_SEED_RECORDS_H_
#define SAIL_LOGIC_MODEL_SEED_RECORDS_H_

#include <boost/json/object.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/logic/model/schema.h"

namespace sail::logic {

// A record to create, and which of the records before it it refers to.
struct SeedRecord {
  // To the key of that record: as the value of a to-one attribute, or as one more member of a collection,
  // behind those that `values` has.
  struct Reference {
    const Attribute* attribute;
    size_t record;
  };

  const Model* model;
  boost::json::object values;
  std::vector<Reference> references;
  std::string place;  // "bootstrap.yaml:7"
};

// Reads app/bootstrap.yaml: a map of models to lists of records, which are maps of attributes to values.
//
//   tag:
//     - &vip {label: vip}
//   user:
//     - name: Ann
//       pets: [{name: Rex, tags: [*vip]}]   # records of their own
//
// Where a record is due as an associated one, a map is a record to create with it, an alias the record at its
// anchor, and a scalar the key of one that exists. The order is that of the file, but a record comes after
// those that it refers to.
//
// Errors: INVALID_ARGUMENT with the line, for what is not YAML, and for models and attributes that do not
// exist. Values are checked when the records are created.
absl::StatusOr<std::vector<SeedRecord>> ReadSeedRecords(const Schema& schema, const std::string& file,
                                                        const std::string& text);

}  // namespace sail::logic

#endif  // SAIL_LOGIC_MODEL_SEED_RECORDS_H_
