#include "platform/postgres/testing/postgres_server.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "platform/postgres/connection.h"

namespace sail::platform::postgres {
namespace {

constexpr char kBinaries[] = "/usr/lib/postgresql/15/bin/";

[[noreturn]] void Fail(const std::string& why) {
  fprintf(stderr, "PostgresServer: %s\n", why.c_str());
  abort();
}

void RequireOk(const absl::Status& status, const std::string& what) {
  if (!status.ok()) Fail(absl::StrCat(what, ": ", status.message()));
}

// Starts a program of Postgres, as its own user if we are root, output to log; it dies with us.
pid_t Spawn(std::vector<std::string> arguments, const std::string& log) {
  arguments[0] = kBinaries + arguments[0];
  const pid_t pid = fork();
  if (pid < 0) Fail("fork failed");
  if (pid > 0) return pid;
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (out < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(126);
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0) _exit(126);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

PostgresServer::PostgresServer() {
  char folder[] = "/tmp/sail-postgres-XXXXXX";
  if (mkdtemp(folder) == nullptr) Fail("mkdtemp failed");
  folder_ = folder;
  if (geteuid() == 0) {
    const passwd* user = getpwnam("postgres");
    if (user == nullptr || chown(folder, user->pw_uid, user->pw_gid) != 0) {
      Fail(
          "root cannot act as the user postgres, which Postgres needs; in a sandbox? (see "
          "postgres_test.bzl)");
    }
  }
  const std::string log = folder_ + "/initdb.log";
  const pid_t initdb = Spawn({"initdb", "--no-sync", "--auth=trust", "--username=sail", "--encoding=UTF8",
                              "--locale=C", "--pgdata=" + folder_ + "/data"},
                             log);
  int status = 0;
  if (waitpid(initdb, &status, 0) != initdb || status != 0) Fail(absl::StrCat("initdb: ", ReadAll(log)));
  Start();
}

PostgresServer::~PostgresServer() {
  if (pid_ != 0) Kill();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string PostgresServer::Url(const std::string& database) const {
  return absl::StrCat("host=", folder_, " user=sail dbname=", database);
}

std::string PostgresServer::NewDatabase() {
  const std::string name = absl::StrCat("test", ++databases_);
  Execute(Url(), absl::StrCat("CREATE DATABASE ", name));
  return Url(name);
}

void PostgresServer::Execute(const std::string& url, const std::string& sql) {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(url);
  RequireOk(connection.status(), "connect");
  RequireOk((*connection)->ExecuteScript(sql), sql);
}

void PostgresServer::Start() {
  const std::string log = folder_ + "/postgres.log";
  pid_ = Spawn({"postgres", "-D", folder_ + "/data", "-k", folder_, "-c", "listen_addresses=", "-c",
                "fsync=off", "-c", "max_connections=60", "-c", "unix_socket_permissions=0777"},
               log);
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (Connection::Open(Url()).ok()) return;
    if (waitpid(pid_, nullptr, WNOHANG) == pid_) Fail(absl::StrCat("postgres ended: ", ReadAll(log)));
    absl::SleepFor(absl::Milliseconds(50));
  }
  Fail(absl::StrCat("postgres takes no connections: ", ReadAll(log)));
}

std::vector<pid_t> PostgresServer::Processes() const {
  std::vector<pid_t> processes = {pid_};
  std::ifstream children(absl::StrCat("/proc/", pid_, "/task/", pid_, "/children"));
  for (pid_t child; children >> child;) processes.push_back(child);
  return processes;
}

void PostgresServer::Kill() {
  const std::vector<pid_t> processes = Processes();
  for (const pid_t process : processes) kill(process, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void PostgresServer::Freeze() {
  kill(pid_, SIGSTOP);  // first, so that it starts no process that would be missed
  for (const pid_t process : Processes()) kill(process, SIGSTOP);
}

void PostgresServer::Thaw() {
  for (const pid_t process : Processes()) kill(process, SIGCONT);
}

}  // namespace sail::platform::postgres
