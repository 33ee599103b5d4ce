#include "services/logic/model/seed_records.h"

#include <yaml-cpp/yaml.h>

#include <boost/json.hpp>
#include <unordered_map>
#include <utility>

#include "services/logic/model/text.h"
#include "services/logic/model/yaml_json.h"

namespace sail::logic {
namespace {

constexpr int kMaxDepth = 32;
constexpr size_t kMaxRecords = 100'000;

class Reader {
 public:
  Reader(const Schema& schema, const std::string& file) : schema_(schema), file_(file) {}

  absl::Status ReadRoot(const YAML::Node& root) {
    if (root.IsNull()) return absl::OkStatus();
    if (!root.IsMap()) return Fail(root, "must map models to lists of records");
    for (const auto& member : root) {
      const Model* model = schema_.Find(member.first.Scalar());
      if (model == nullptr) return Fail(member.first, Concat("there is no model ", member.first.Scalar()));
      if (!member.second.IsSequence()) return Fail(member.second, "must be a list of records");
      for (const YAML::Node& node : member.second) {
        const absl::StatusOr<size_t> record = Add(node, *model, {}, 0);
        if (!record.ok()) return record.status();
      }
    }
    return absl::OkStatus();
  }

  std::vector<SeedRecord> TakeRecords() { return std::move(records_); }

 private:
  // A child that refers to its parent, and so comes after it.
  struct Child {
    YAML::Node node;
    const Attribute* collection;
  };

  absl::Status Fail(const YAML::Node& node, std::string sentence) const {
    return absl::InvalidArgumentError(Concat(PlaceOf(node), ": ", sentence));
  }

  std::string PlaceOf(const YAML::Node& node) const {
    return Concat(file_, ":", std::to_string(node.Mark().line + 1));
  }

  // The record of a map, which may be there already: an alias is its anchor's node.
  absl::StatusOr<size_t> Add(const YAML::Node& node, const Model& model,
                             std::vector<SeedRecord::Reference> references, int depth) {
    if (!node.IsMap()) return Fail(node, Concat("a record of ", model.identity(), " must be a map"));
    if (depth > kMaxDepth) return Fail(node, "nested too deeply");
    if (records_.size() >= kMaxRecords) return Fail(node, "too many records");
    if (const auto seen = seen_.find(node.Mark().pos); seen != seen_.end()) {
      if (records_[seen->second].model == &model) return seen->second;
      return Fail(node, Concat("the alias is no record of ", model.identity()));
    }
    SeedRecord record{&model, {}, std::move(references), PlaceOf(node)};
    std::vector<Child> children;
    for (const auto& member : node) {
      absl::Status status = ReadMember(member.first, member.second, depth, record, children);
      if (!status.ok()) return status;
    }
    const size_t index = records_.size();
    records_.push_back(std::move(record));
    seen_.emplace(node.Mark().pos, index);
    for (const Child& child : children) {
      const absl::StatusOr<size_t> added = Add(child.node, *child.collection->association.target,
                                               {{child.collection->association.via, index}}, depth + 1);
      if (!added.ok()) return added.status();
    }
    return index;
  }

  absl::Status ReadMember(const YAML::Node& name, const YAML::Node& value, int depth, SeedRecord& record,
                          std::vector<Child>& children) {
    const Attribute* attribute = record.model->Find(name.Scalar());
    if (attribute == nullptr) {
      return Fail(name, Concat(record.model->identity(), " has no attribute ", name.Scalar()));
    }
    if (attribute->is_to_one() && value.IsMap()) return Refer(*attribute, value, depth, record);
    if (!attribute->is_collection()) {
      record.values[name.Scalar()] = YamlToJson(value);
      return absl::OkStatus();
    }
    if (!value.IsSequence()) return Fail(value, Concat(name.Scalar(), " must be a list"));
    boost::json::array keys;
    for (const YAML::Node& item : value) {
      if (!item.IsMap()) {
        keys.push_back(YamlToJson(item));
      } else if (attribute->association.kind == AssociationKind::kOneToMany &&
                 !seen_.contains(item.Mark().pos)) {
        children.push_back({item, attribute});
      } else if (absl::Status status = Refer(*attribute, item, depth, record); !status.ok()) {
        return status;
      }
    }
    if (!keys.empty()) record.values[name.Scalar()] = std::move(keys);
    return absl::OkStatus();
  }

  absl::Status Refer(const Attribute& attribute, const YAML::Node& node, int depth, SeedRecord& record) {
    const absl::StatusOr<size_t> other = Add(node, *attribute.association.target, {}, depth + 1);
    if (!other.ok()) return other.status();
    record.references.push_back({&attribute, *other});
    return absl::OkStatus();
  }

  const Schema& schema_;
  const std::string& file_;
  std::vector<SeedRecord> records_;
  // By where in the text they begin: an alias has its anchor's place.
  std::unordered_map<int, size_t> seen_;
};

}  // namespace

absl::StatusOr<std::vector<SeedRecord>> ReadSeedRecords(const Schema& schema, const std::string& file,
                                                        const std::string& text) {
  try {
    Reader reader(schema, file);
    const absl::Status status = reader.ReadRoot(YAML::Load(text));
    if (!status.ok()) return status;
    return reader.TakeRecords();
  } catch (const YAML::Exception& e) {
    return absl::InvalidArgumentError(
        Concat(file, ":", std::to_string(e.mark.line + 1), ": not YAML: ", e.msg));
  }
}

}  // namespace sail::logic
