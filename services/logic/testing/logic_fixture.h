#ifndef SAIL_LOGIC_TESTING_LOGIC_FIXTURE_H_
#define SAIL_LOGIC_TESTING_LOGIC_FIXTURE_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/metrics/metrics.h"
#include "platform/postgres/pool.h"
#include "platform/postgres/testing/postgres_server.h"
#include "protos/sail/action/v1/action.pb.h"
#include "protos/sail/pubsub/v1/pubsub.pb.h"
#include "services/logic/actions/record_actions.h"
#include "services/logic/api/blueprint_actions.h"

namespace sail::logic {

// The logic service on a real Postgres without gRPC: the models of testdata/, migrated, in a database of its
// own.
class LogicFixture {
 public:
  // server outlives this.
  explicit LogicFixture(platform::postgres::PostgresServer& server, int pool_size = 2);

  // Runs the blueprint action that "GET /user?limit=1" leads to; a query's values are texts, without nesting.
  // body may be empty. A route that is not there answers 404.
  action::v1::ActionResponse Run(const std::string& method, const std::string& url,
                                 const std::string& body = "", const std::string& socket_id = "");

  // What transactions have left in the outbox since the last call, one request each.
  std::vector<pubsub::v1::PublishRequest> TakeEvents();

  // The first column of the first row.
  std::string Query(const std::string& sql);

  const Schema& schema() const { return schema_; }
  const std::string& url() const { return url_; }
  platform::postgres::Pool& pool() { return *pool_; }
  RecordActions& records() { return *records_; }
  int commits() const { return commits_; }

 private:
  std::string url_;
  Schema schema_;
  AppSettings settings_;
  platform::metrics::Registry metrics_;
  std::atomic<int> commits_ = 0;
  std::unique_ptr<platform::postgres::Pool> pool_;
  std::unique_ptr<RecordActions> records_;
  std::unique_ptr<BlueprintActions> actions_;
  action::v1::DescribeResponse routes_;
};

}  // namespace sail::logic

#endif  // SAIL_LOGIC_TESTING_LOGIC_FIXTURE_H_
