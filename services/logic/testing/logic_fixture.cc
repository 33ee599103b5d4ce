#include "services/logic/testing/logic_fixture.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <future>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "platform/postgres/connection.h"
#include "platform/text/string_view.h"
#include "services/logic/api/blueprint_routes.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/model/text.h"
#include "services/logic/store/schema_migrator.h"

namespace sail::logic {
namespace {

using action::v1::ActionRequest;
using action::v1::ActionResponse;

constexpr char kTestData[] = "services/logic/testdata";

std::string PercentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += absl::HexStringToBytes(platform::ToAbsl(text.substr(i + 1, 2)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

std::vector<std::string> Segments(std::string_view path) {
  return absl::StrSplit(platform::ToAbsl(path), '/', absl::SkipEmpty());
}

// The parameters, if the path matches the route.
std::optional<std::vector<std::pair<std::string, std::string>>> Match(const action::v1::Route& route,
                                                                      std::string_view path) {
  const std::vector<std::string> pattern = Segments(route.path()), segments = Segments(path);
  std::vector<std::pair<std::string, std::string>> params;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool optional = pattern[i].back() == '?';
    if (i >= segments.size()) {
      if (optional && i + 1 == pattern.size()) return params;
      return std::nullopt;
    }
    if (pattern[i].front() == ':') {
      params.emplace_back(pattern[i].substr(1, pattern[i].size() - 1 - optional),
                          PercentDecoded(segments[i]));
    } else if (pattern[i] != segments[i]) {
      return std::nullopt;
    }
  }
  if (segments.size() > pattern.size()) return std::nullopt;
  return params;
}

}  // namespace

LogicFixture::LogicFixture(platform::postgres::PostgresServer& server, int pool_size)
    : url_(server.NewDatabase()) {
  absl::StatusOr<Schema> schema = LoadSchema(kTestData);
  EXPECT_TRUE(schema.ok()) << schema.status();
  schema_ = *std::move(schema);
  const auto migrated = Migrate(url_, schema_, kTestData, MigrateMode::kAlter);
  EXPECT_TRUE(migrated.ok()) << migrated.status();
  pool_ = std::make_unique<platform::postgres::Pool>(
      platform::postgres::PoolOptions{.url = url_, .size = pool_size}, metrics_);
  records_ = std::make_unique<RecordActions>(schema_, *pool_, [this] { ++commits_; });
  actions_ = std::make_unique<BlueprintActions>(*records_, settings_, nullptr, metrics_);
  routes_ = DescribeRoutes(schema_, settings_);
}

ActionResponse LogicFixture::Run(const std::string& method, const std::string& url, const std::string& body,
                                 const std::string& socket_id) {
  ActionRequest request;
  const size_t question = url.find('?');
  request.set_method(method);
  request.set_url(url);
  request.set_path(url.substr(0, question));
  boost::json::object query;
  for (const absl::string_view pair : absl::StrSplit(
           question == std::string::npos ? "" : url.substr(question + 1), '&', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(pair, absl::MaxSplits('=', 1));
    query[PercentDecoded(parts.first)] = PercentDecoded(parts.second);
  }
  request.set_query_json(boost::json::serialize(query));
  request.set_body_json(body);
  if (!socket_id.empty()) request.mutable_socket()->set_id(socket_id);
  for (const action::v1::Route& route : routes_.routes()) {
    if (route.method() != method) continue;
    const auto params = Match(route, request.path());
    if (!params) continue;
    request.set_action(route.action());
    *request.mutable_options() = route.options();
    for (const auto& [name, value] : *params) {
      action::v1::Param& param = *request.add_params();
      param.set_name(name);
      param.set_value(value);
    }
    std::promise<absl::StatusOr<ActionResponse>> answer;
    actions_->Run(
        request, {absl::Now() + absl::Seconds(20)},
        [&answer](absl::StatusOr<ActionResponse> response) { answer.set_value(std::move(response)); });
    absl::StatusOr<ActionResponse> response = answer.get_future().get();
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : ActionResponse();
  }
  ActionResponse missing;
  missing.set_status(404);
  return missing;
}

std::vector<pubsub::v1::PublishRequest> LogicFixture::TakeEvents() {
  std::vector<pubsub::v1::PublishRequest> events;
  auto connection = platform::postgres::Connection::Open(url_);
  EXPECT_TRUE(connection.ok()) << connection.status();
  const auto rows = (*connection)
                        ->Execute(
                            "WITH gone AS (DELETE FROM sail_outbox RETURNING id, publish_request) SELECT "
                            "encode(publish_request, 'hex') FROM gone ORDER BY id");
  EXPECT_TRUE(rows.ok()) << rows.status();
  for (int row = 0; row < rows->rows(); ++row) {
    EXPECT_TRUE(
        events.emplace_back().ParseFromString(absl::HexStringToBytes(platform::ToAbsl(rows->Text(row, 0)))));
  }
  return events;
}

std::string LogicFixture::Query(const std::string& sql) {
  auto connection = platform::postgres::Connection::Open(url_);
  EXPECT_TRUE(connection.ok()) << connection.status();
  const auto rows = (*connection)->Execute(sql);
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() && rows->rows() > 0 ? std::string(rows->Text(0, 0)) : "";
}

}  // namespace sail::logic
