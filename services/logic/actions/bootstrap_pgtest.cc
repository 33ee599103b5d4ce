#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "platform/postgres/connection.h"
#include "platform/postgres/testing/postgres_server.h"
#include "services/logic/actions/bootstrap.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/store/schema_migrator.h"

namespace sail::logic {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kSeeds[] =
    "tag: [&vip {label: vip}]\n"
    "user:\n"
    "  - name: Ann\n"
    "    pets: [{name: Rex, tags: [*vip]}, {name: Tom}]\n"
    "  - {id: 40, name: Bob}\n";
constexpr char kEverything[] =
    "SELECT (SELECT string_agg(u.id || u.name, ',' ORDER BY u.id) FROM \"user\" u) || ' ' || (SELECT "
    "string_agg(p.name || coalesce(p.owner::text, '-'), ',' ORDER BY p.id) FROM pet p) || ' ' || (SELECT "
    "count(*) FROM pet_tags__tag_pets)";
constexpr char kWhole[] = "1Ann,40Bob Rex1,Tom1 1";

class BootstrapTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new platform::postgres::PostgresServer; }
  static void TearDownTestSuite() { delete server_; }

  void SetUp() override {
    char folder[] = "/tmp/sail-app-XXXXXX";
    app_ = mkdtemp(folder);
    Write("models/user.yaml",
          "attributes: {name: {type: string, required: true}, pets: {collection: pet, via: owner}}");
    Write("models/pet.yaml",
          "attributes: {name: {type: string}, owner: {model: user}, tags: {collection: tag, via: pets}}");
    Write("models/tag.yaml",
          "attributes: {label: {type: string, unique: true}, pets: {collection: pet, via: tags}}");
    Write("bootstrap.yaml", kSeeds);
    schema_ = *LoadSchema(app_);
    url_ = server_->NewDatabase();
    ASSERT_TRUE(Migrate(url_, schema_, app_, MigrateMode::kAlter).ok());
  }
  void TearDown() override { std::filesystem::remove_all(app_); }

  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(app_ + "/" + name).parent_path());
    std::ofstream(app_ + "/" + name) << text << "\n";
  }

  absl::StatusOr<std::vector<std::string>> Run() { return Bootstrap(url_, schema_, app_, nullptr); }

  std::string Value(const std::string& sql) {
    const auto connection = platform::postgres::Connection::Open(url_);
    EXPECT_TRUE(connection.ok());
    const auto rows = (*connection)->Execute(sql);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() && rows->rows() > 0 ? std::string(rows->Text(0, 0)) : "";
  }

  static platform::postgres::PostgresServer* server_;
  std::string app_;
  std::string url_;
  Schema schema_;
};

platform::postgres::PostgresServer* BootstrapTest::server_ = nullptr;

TEST_F(BootstrapTest, CreatesTheRecordsWithTheirAssociationsAndEvents) {
  const auto done = Run();
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_THAT(*done, ElementsAre("bootstrap.yaml: created 5 records"));
  EXPECT_EQ(Value(kEverything), kWhole);
  EXPECT_EQ(Value("SELECT count(*) FROM sail_outbox"), "5");
  EXPECT_EQ(Value("INSERT INTO \"user\" (name) VALUES ('next') RETURNING id"), "41");
}

TEST_F(BootstrapTest, HappensOnceWhateverIsInTheFileOrTheTablesLater) {
  ASSERT_TRUE(Run().ok());
  Value("DELETE FROM \"user\"");
  Write("bootstrap.yaml", "no_such_model: []");
  const auto again = Run();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(*again, IsEmpty());
  EXPECT_EQ(Value("SELECT count(*) FROM \"user\""), "0");
}

TEST_F(BootstrapTest, ARecordThatCannotBeCreatedLeavesNothing) {
  Write("bootstrap.yaml", "user:\n  - {name: Ann}\n  - {}\n");
  EXPECT_THAT(std::string(Run().status().message()), HasSubstr("bootstrap.yaml:3: "));
  Write("bootstrap.yaml", "tag:\n  - {label: x}\n  - {label: x}\n");
  EXPECT_THAT(std::string(Run().status().message()), HasSubstr("bootstrap.yaml:3: "));
  EXPECT_EQ(
      Value("SELECT (SELECT count(*) FROM \"user\") + (SELECT count(*) FROM tag) + (SELECT count(*) FROM "
            "sail_outbox)"),
      "0");
  Write("bootstrap.yaml", kSeeds);
  EXPECT_TRUE(Run().ok()) << "a mended file is done";
}

TEST_F(BootstrapTest, WaitsForTheTables) {
  url_ = server_->NewDatabase();
  const auto before = Run();
  ASSERT_TRUE(before.ok()) << before.status();
  EXPECT_THAT(before->at(0), HasSubstr("bootstrap.yaml waits: "));
  ASSERT_TRUE(Migrate(url_, schema_, app_, MigrateMode::kAlter).ok());
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Value(kEverything), kWhole);
}

TEST_F(BootstrapTest, WithoutTheFileNothingIsDone) {
  std::filesystem::remove(app_ + "/bootstrap.yaml");
  EXPECT_THAT(*Run(), IsEmpty());
}

TEST_F(BootstrapTest, OfTwentyAtOnceOneDoesIt) {
  std::vector<std::future<absl::StatusOr<std::vector<std::string>>>> nodes;
  for (int i = 0; i < 20; ++i) nodes.push_back(std::async(std::launch::async, [this] { return Run(); }));
  size_t ran = 0;
  for (auto& node : nodes) {
    const auto done = node.get();
    ASSERT_TRUE(done.ok()) << done.status();
    ran += done->size();
  }
  EXPECT_EQ(ran, 1u);
  EXPECT_EQ(Value(kEverything), kWhole);
}

TEST_F(BootstrapTest, AfterOneThatWasKilledTheNextDoesTheWhole) {
  server_->Execute(
      url_,
      "CREATE FUNCTION dawdle() RETURNS trigger AS 'BEGIN PERFORM pg_sleep(30); RETURN NEW; END' "
      "LANGUAGE plpgsql; CREATE TRIGGER slow BEFORE INSERT ON pet FOR EACH ROW WHEN (NEW.name = "
      "'Tom') EXECUTE FUNCTION dawdle()");
  std::future<absl::StatusOr<std::vector<std::string>>> killed =
      std::async(std::launch::async, [this] { return Run(); });
  const std::string victim =
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND "
      "wait_event = 'PgSleep'";
  while (Value(victim) == "0") std::this_thread::yield();
  EXPECT_FALSE(killed.get().ok());
  EXPECT_EQ(Value("SELECT count(*) FROM \"user\""), "0");
  server_->Execute(url_, "DROP TRIGGER slow ON pet; ALTER SEQUENCE user_id_seq RESTART");
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(Value(kEverything), kWhole);
}

}  // namespace
}  // namespace sail::logic
