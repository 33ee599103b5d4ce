// Generated criteria and values with what Waterline 0.15.2 made of them: its texts, or what it normalised
// them to.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <string>

#include "services/logic/model/criteria.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/record_values.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr char kTestData[] = "services/logic/testdata";
constexpr char kFile[] = "services/logic/testdata/waterline_answers.jsonl";
constexpr int64_t kNow = 1700000000000;

// A column text as the JSON value that it stands for.
json::value ValueOf(const Attribute& attribute, const std::string& text) {
  if (attribute.type == AttributeType::kString || attribute.type == AttributeType::kRef)
    return json::string(text);
  absl::StatusOr<json::value> value = ParseJson(text);
  return value.ok() ? *value : json::value("unreadable");
}

std::string_view ModifierOf(Comparison comparison) {
  constexpr std::string_view kModifiers[] = {"", "!=", "<", "<=", ">", ">=", "in", "nin", "like", "", "!="};
  return kModifiers[static_cast<int>(comparison)];
}

// The tree in Waterline's form.
json::value WhereJson(const Where& where) {
  if (where.kind == Where::Kind::kEverything) return json::object();
  if (where.kind == Where::Kind::kTerm) {
    json::value operand(nullptr);
    if (where.comparison == Comparison::kIn || where.comparison == Comparison::kNotIn) {
      json::array list;
      for (const std::string& text : where.values) list.push_back(ValueOf(*where.attribute, text));
      operand = list;
    } else if (!where.values.empty()) {
      operand = where.comparison == Comparison::kLike ? json::value(json::string(where.values[0]))
                                                      : ValueOf(*where.attribute, where.values[0]);
    }
    std::string_view modifier = ModifierOf(where.comparison);
    json::object term;
    term[where.attribute->name] = modifier.empty() ? operand : json::value(json::object{{modifier, operand}});
    return term;
  }
  json::array operands;
  for (const Where& operand : where.operands) operands.push_back(WhereJson(operand));
  return json::object{{where.kind == Where::Kind::kAll ? "and" : "or", operands}};
}

std::string Summary(const Criteria& criteria) {
  json::object summary{{"where", WhereJson(criteria.where)}};
  if (criteria.limit.has_value()) summary["limit"] = *criteria.limit;
  summary["skip"] = criteria.skip;
  json::array sort;
  for (const SortKey& key : criteria.sort) {
    sort.push_back(json::object{{key.attribute->name, key.descending ? "DESC" : "ASC"}});
  }
  summary["sort"] = sort;
  json::array projection;
  for (const Attribute* attribute : criteria.projection) projection.push_back(json::string(attribute->name));
  summary["projection"] = projection;
  return JsonText(summary);
}

// Every attribute that Waterline's record has, as we would store it.
void ExpectSameRecord(const Model& model, const RecordValues& values, const json::object& expected) {
  for (const ColumnValue& column : values.columns) {
    if (column.attribute->auto_updated_at && !expected.contains(column.attribute->name)) continue;
    const json::value* value = expected.if_contains(column.attribute->name);
    ASSERT_NE(value, nullptr) << column.attribute->name;
    std::string text = !column.text.has_value() ? "null" : JsonText(ValueOf(*column.attribute, *column.text));
    if (column.attribute->type == AttributeType::kRef && !value->is_string() && column.text.has_value()) {
      text = *column.text;
    }
    EXPECT_EQ(text, JsonText(*value)) << column.attribute->name;
  }
  for (const CollectionValue& collection : values.collections) {
    std::vector<std::string> ids;
    for (const json::value& id : expected.at(collection.attribute->name).as_array())
      ids.push_back(ToJsString(id));
    EXPECT_EQ(collection.ids, ids) << collection.attribute->name;
  }
  size_t known = 0;
  for (const auto& member : expected) {
    const Attribute* attribute = model.Find(std::string_view(member.key()));
    ASSERT_NE(attribute, nullptr);
    bool is_empty_list = member.value().is_array() && member.value().as_array().empty();
    bool is_absent_key = attribute->is_primary_key() && member.value().is_null();
    if (!(attribute->is_collection() && is_empty_list) && !is_absent_key) ++known;
  }
  size_t ours = values.columns.size();
  for (const CollectionValue& collection : values.collections) ours += collection.ids.empty() ? 0 : 1;
  EXPECT_GE(ours, known);
}

// Input that the reference takes further than we do: it fails in the database, or while it looks up children.
bool IsOurRefusal(const absl::Status& status) { return IsUnusableRequest(status); }

void Check(const Schema& schema, const json::object& answer) {
  const Model& model = *schema.Find(std::string_view(answer.at("model").as_string()));
  std::string_view kind = answer.at("kind").as_string();
  absl::StatusOr<json::value> input = ParseJson(answer.at("input").as_string());
  ASSERT_TRUE(input.ok());
  const json::value* error = answer.if_contains("error");
  if (kind == "criteria") {
    absl::StatusOr<Criteria> criteria = ParseCriteria(model, input->as_object());
    if (error != nullptr) {
      EXPECT_EQ(criteria.status().message(), std::string(error->as_string()));
      return;
    }
    ASSERT_TRUE(criteria.ok()) << criteria.status();
    if (answer.contains("nothing")) {
      EXPECT_TRUE(criteria->where.kind == Where::Kind::kNothing || criteria->limit == 0);
      return;
    }
    json::object expected;
    for (const char* name : {"where", "limit", "skip", "sort", "projection"}) {
      if (const json::value* value = answer.if_contains(name)) expected[name] = *value;
    }
    EXPECT_EQ(Summary(*criteria), JsonText(expected));
    return;
  }
  absl::StatusOr<RecordValues> values = kind == "new" ? NormaliseNewRecord(model, input->as_object(), kNow)
                                                      : NormaliseValuesToSet(model, input->as_object(), kNow);
  if (!values.ok() && IsOurRefusal(values.status())) return;
  if (error != nullptr) {
    EXPECT_EQ(values.status().message(), std::string(error->as_string()));
    return;
  }
  ASSERT_TRUE(values.ok()) << values.status();
  ExpectSameRecord(model, *values, answer.at("record").as_object());
}

TEST(WaterlineAnswersTest, AreOurAnswers) {
  absl::StatusOr<Schema> schema = LoadSchema(kTestData);
  ASSERT_TRUE(schema.ok()) << schema.status();
  std::ifstream file(kFile);
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    SCOPED_TRACE(line);
    Check(*schema, json::parse(line).as_object());
  }
  EXPECT_GE(count, 300u);
}

}  // namespace
}  // namespace sail::logic
