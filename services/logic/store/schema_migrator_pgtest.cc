#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "platform/postgres/connection.h"
#include "platform/postgres/testing/postgres_server.h"
#include "platform/text/string_view.h"
#include "services/logic/model/schema_loader.h"
#include "services/logic/store/schema_migrator.h"

namespace sail::logic {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// An application folder that a test fills.
class App {
 public:
  App() {
    char folder[] = "/tmp/sail-app-XXXXXX";
    folder_ = mkdtemp(folder);
    Write("models/user.yaml", "attributes: {name: {type: string}, pets: {collection: pet, via: owner}}");
    Write("models/pet.yaml", "attributes: {owner: {model: user}, tags: {collection: tag, via: pets}}");
    Write("models/tag.yaml",
          "attributes: {label: {type: string, unique: true}, pets: {collection: pet, via: tags}}");
  }
  ~App() { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(folder_ + "/" + name).parent_path());
    std::ofstream(folder_ + "/" + name) << text << "\n";
  }
  const std::string& folder() const { return folder_; }
  Schema Load() const {
    absl::StatusOr<Schema> schema = LoadSchema(folder_);
    EXPECT_TRUE(schema.ok()) << schema.status();
    return *std::move(schema);
  }

 private:
  std::string folder_;
};

class SchemaMigratorTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = new platform::postgres::PostgresServer; }
  static void TearDownTestSuite() { delete server_; }

  void SetUp() override { url_ = server_->NewDatabase(); }

  absl::StatusOr<std::vector<std::string>> Migrate(MigrateMode mode = MigrateMode::kAlter) {
    return logic::Migrate(url_, app_.Load(), app_.folder(), mode);
  }

  std::string Value(const std::string& sql) {
    const auto connection = platform::postgres::Connection::Open(url_);
    EXPECT_TRUE(connection.ok());
    const auto rows = (*connection)->Execute(sql);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() && rows->rows() > 0 ? std::string(rows->Text(0, 0)) : "";
  }

  static platform::postgres::PostgresServer* server_;
  App app_;
  std::string url_;
};

platform::postgres::PostgresServer* SchemaMigratorTest::server_ = nullptr;

TEST_F(SchemaMigratorTest, MakesWhatTheModelsNeedAndThenFindsNothingToDo) {
  EXPECT_EQ(CheckSchema(url_, app_.Load()).code(), absl::StatusCode::kFailedPrecondition);
  const auto done = Migrate();
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_THAT(*done, Contains("table user is missing: made it"));
  EXPECT_TRUE(CheckSchema(url_, app_.Load()).ok());
  const auto again = Migrate();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(*again, IsEmpty());
  // An index on the foreign key, and on the join table both ways.
  EXPECT_EQ(Value("SELECT count(*) FROM pg_indexes WHERE indexname LIKE '%_sail_idx'"), "3");
}

TEST_F(SchemaMigratorTest, AddsAColumnAndFillsItForTheRecordsThatAreThere) {
  ASSERT_TRUE(Migrate().ok());
  Value("INSERT INTO \"user\" (name) VALUES ('Ann')");
  app_.Write(
      "models/user.yaml",
      "attributes: {name: {type: string}, age: {type: number}, kind: {type: string, defaultsTo: cat's}, "
      "born: {type: number, allowNull: true}}");
  app_.Write("models/pet.yaml", "attributes: {tags: {collection: tag, via: pets}}");
  const absl::Status before = CheckSchema(url_, app_.Load());
  EXPECT_EQ(before.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(before.message()), HasSubstr("column age of table user is missing"));
  ASSERT_TRUE(Migrate().ok());
  EXPECT_EQ(Value("SELECT age || kind || coalesce(born::text, 'null') FROM \"user\""), "0cat'snull");
  // What a model no longer has stays.
  EXPECT_EQ(Value("SELECT count(owner) FROM pet"), "0");
}

TEST_F(SchemaMigratorTest, SafeChangesNoTableOfAModel) {
  ASSERT_TRUE(Migrate(MigrateMode::kSafe).ok());
  EXPECT_EQ(Value("SELECT to_regclass('public.pet')::text"), "");
  EXPECT_EQ(Value("SELECT to_regclass('public.sail_outbox')::text"), "sail_outbox");
}

TEST_F(SchemaMigratorTest, AppliesEachFileOnceInOrder) {
  app_.Write("migrations/0002_b.sql", "INSERT INTO seen SELECT count(*) FROM seen;");
  app_.Write("migrations/0001_a.sql", "CREATE TABLE seen (n int); INSERT INTO seen VALUES (-1);");
  const auto done = Migrate();
  ASSERT_TRUE(done.ok()) << done.status();
  ASSERT_TRUE(Migrate().ok());
  EXPECT_EQ(Value("SELECT string_agg(n::text, ',' ORDER BY n) FROM seen"), "-1,1");
  EXPECT_EQ(
      Value("SELECT string_agg(name, ',' ORDER BY name) FROM sail_migration WHERE name NOT LIKE 'service/%'"),
      "0001_a.sql,0002_b.sql");
}

TEST_F(SchemaMigratorTest, AFailingFileLeavesNothingAndStopsTheRest) {
  app_.Write("migrations/0001_a.sql", "CREATE TABLE half (n int); SELECT nonsense;");
  app_.Write("migrations/0002_b.sql", "CREATE TABLE never (n int);");
  const auto done = Migrate();
  EXPECT_EQ(done.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(done.status().message()), HasSubstr("0001_a.sql"));
  EXPECT_EQ(Value("SELECT coalesce(to_regclass('public.half'), to_regclass('public.never'))::text"), "");
  app_.Write("migrations/0001_a.sql", "CREATE TABLE half (n int);");
  EXPECT_TRUE(Migrate().ok());
  EXPECT_EQ(Value("SELECT to_regclass('public.never')::text"), "never");
}

TEST_F(SchemaMigratorTest, RefusesAFileWithoutANumber) {
  app_.Write("migrations/rename.sql", "SELECT 1;");
  EXPECT_EQ(Migrate().status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(SchemaMigratorTest, TwentyAtOnceApplyEverythingOnce) {
  app_.Write("migrations/0001_a.sql", "CREATE TABLE applied (n int); INSERT INTO applied VALUES (1);");
  app_.Write("migrations/0002_b.sql", "INSERT INTO applied VALUES (2); SELECT pg_sleep(0.2);");
  std::vector<std::future<absl::StatusOr<std::vector<std::string>>>> nodes;
  for (int i = 0; i < 20; ++i) {
    nodes.push_back(std::async(std::launch::async, [this] { return Migrate(); }));
  }
  size_t sentences = 0;
  for (auto& node : nodes) {
    const auto done = node.get();
    ASSERT_TRUE(done.ok()) << done.status();
    sentences += done->size();
  }
  EXPECT_EQ(Value("SELECT count(*) FROM applied"), "2");
  EXPECT_EQ(sentences, 3u + 3u + 1u + 3u);  // files, tables, join table, indexes
}

TEST_F(SchemaMigratorTest, GoesOnWhereOneThatWasKilledStopped) {
  app_.Write("migrations/0001_a.sql", "CREATE TABLE applied (n int);");
  app_.Write("migrations/0002_b.sql", "INSERT INTO applied VALUES (2); SELECT pg_sleep(20);");
  std::future<absl::StatusOr<std::vector<std::string>>> killed =
      std::async(std::launch::async, [this] { return Migrate(); });
  const std::string victim =
      "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND "
      "pid <> "
      "pg_backend_pid() AND wait_event = 'PgSleep'";
  while (Value(victim) == "0") std::this_thread::yield();
  EXPECT_FALSE(killed.get().ok());
  app_.Write("migrations/0002_b.sql", "INSERT INTO applied VALUES (2);");
  const auto done = Migrate();
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_EQ(done->front(), "applied 0002_b.sql");
  EXPECT_EQ(Value("SELECT count(*) FROM applied"), "1");
}

}  // namespace
}  // namespace sail::logic
