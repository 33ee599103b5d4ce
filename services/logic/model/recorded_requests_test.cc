// What the reference answered to requests, as far as the answer depends on nothing but the request and the
// models.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "services/logic/model/blueprint_query.h"
#include "services/logic/model/data_encryption.h"
#include "services/logic/model/js_value.h"
#include "services/logic/model/record_values.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/model/usage_error.h"

namespace sail::logic {
namespace {

namespace json = boost::json;

constexpr char kTestData[] = "services/logic/testdata";
constexpr char kFile[] = "services/logic/testdata/recorded_requests.jsonl";
constexpr int64_t kNow = 1700000000000;

const Schema& TestSchema() {
  static const Schema* schema = [] {
    absl::StatusOr<Schema> loaded = LoadSchema(kTestData);
    if (!loaded.ok()) ADD_FAILURE() << loaded.status();
    return new Schema(*std::move(loaded));
  }();
  return *schema;
}

std::vector<json::object> ReadCases() {
  std::vector<json::object> cases;
  std::ifstream file(kFile);
  for (std::string line; std::getline(file, line);) cases.push_back(json::parse(line).as_object());
  return cases;
}

std::string Text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value == nullptr ? "" : std::string(value->as_string());
}

RequestParameters ParametersOf(const json::object& request) {
  std::vector<std::pair<std::string, std::string>> path;
  if (const json::value* given = request.if_contains("path")) {
    for (const auto& member : given->as_object()) {
      path.emplace_back(std::string(member.key()), std::string(member.value().as_string()));
    }
  }
  const json::value* query = request.if_contains("query");
  absl::StatusOr<RequestParameters> parameters =
      ParseRequestParameters(path, query == nullptr ? "" : JsonText(*query), Text(request, "body"));
  if (!parameters.ok()) ADD_FAILURE() << parameters.status();
  return *std::move(parameters);
}

// The status of the action's work up to the first statement.
absl::Status RunAction(const json::object& request) {
  const Model& model = *TestSchema().Find(Text(request, "model"));
  const Attribute* association = model.Find(Text(request, "association"));
  RequestParameters parameters = ParametersOf(request);
  static const absl::StatusOr<DataEncryption> encryption =
      DataEncryption::Create("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
  std::string action = Text(request, "action");
  if (action == "find") return FindQuery(model, parameters).status();
  if (action == "findOne") return FindOneQuery(model, parameters).status();
  if (action == "populate") return PopulateQuery(*association, parameters).status();
  if (action == "destroy") return RecordQuery(model, parameters).status();
  if (action == "replace") return ReplaceParameters(*association, parameters).status();
  if (action == "add" || action == "remove") {
    const absl::StatusOr<ParentAndChild> records = ParentAndChildParameters(*association, parameters);
    if (!records.ok()) return records.status();
    return records->child.ok() ? records->refusal : records->child.status();
  }
  if (action == "create") {
    return NormaliseNewRecord(model, NewRecordParameters(model, parameters), kNow, &*encryption).status();
  }
  EXPECT_EQ(action, "update");
  if (absl::StatusOr<Query> query = RecordQuery(model, parameters); !query.ok()) return query.status();
  return NormaliseValuesToSet(model, ValuesToSetParameters(parameters), kNow, &*encryption).status();
}

class RecordedRequestsTest : public testing::TestWithParam<json::object> {};

TEST_P(RecordedRequestsTest, GivesTheReferencesAnswer) {
  const json::object& request = GetParam();
  absl::Status status = RunAction(request);
  std::string expected = Text(request, "error");
  if (!expected.empty()) {
    EXPECT_EQ(ErrorBody(status, Text(request, "verb"), Text(request, "url_path")).value_or(status.ToString()),
              expected);
    EXPECT_EQ(HttpStatusOf(status), 400);
  } else if (request.contains("unusable")) {
    EXPECT_TRUE(IsUnusableRequest(status)) << status;
    EXPECT_EQ(HttpStatusOf(status), 500);
  } else {
    EXPECT_TRUE(status.ok()) << status;
  }
}

std::string CaseName(const testing::TestParamInfo<json::object>& info) {
  std::string name = Text(info.param, "id");
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
}

INSTANTIATE_TEST_SUITE_P(Sails, RecordedRequestsTest, testing::ValuesIn(ReadCases()), CaseName);

}  // namespace
}  // namespace sail::logic
