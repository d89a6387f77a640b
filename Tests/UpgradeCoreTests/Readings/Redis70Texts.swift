// A real 3+3 cluster of redis 7.0.15 on loopback, ports renumbered to 7000-7005, unread fields left out.

enum Redis70 {
  /// `INFO` of the primary on 7000.
  static let primaryInfo = """
    # Server
    redis_version:7.0.15
    redis_build_id:ae4d7c971a948f0
    redis_mode:cluster
    os:Linux 6.1.0-37-amd64 x86_64
    process_id:9603
    process_supervised:no
    run_id:bd2e00062497d008a33147f45d8dc29f52aba742
    tcp_port:7000
    uptime_in_seconds:7
    executable:/usr/bin/redis-server
    config_file:/etc/redis/7000/redis.conf
    io_threads_active:0

    # Clients
    connected_clients:1
    blocked_clients:0

    # Memory
    used_memory:1946560
    used_memory_rss:13561856
    total_system_memory:25276502016
    number_of_functions:0
    number_of_libraries:0
    maxmemory:0
    maxmemory_policy:noeviction

    # Persistence
    loading:0
    async_loading:0
    rdb_changes_since_last_save:65
    rdb_bgsave_in_progress:0
    rdb_last_save_time:1795217601
    rdb_last_bgsave_status:ok
    rdb_last_bgsave_time_sec:0
    rdb_current_bgsave_time_sec:-1
    rdb_saves:0
    rdb_last_cow_size:376832
    aof_enabled:1
    aof_rewrite_in_progress:0
    aof_rewrite_scheduled:0
    aof_last_rewrite_time_sec:-1
    aof_current_rewrite_time_sec:-1
    aof_last_bgrewrite_status:ok
    aof_rewrites:0
    aof_rewrites_consecutive_failures:0
    aof_last_write_status:ok
    aof_last_cow_size:0
    module_fork_in_progress:0
    aof_current_size:3852
    aof_base_size:0

    # Stats
    total_connections_received:237
    total_commands_processed:116
    instantaneous_ops_per_sec:8
    sync_full:1
    sync_partial_ok:0
    sync_partial_err:1
    unexpected_error_replies:0
    total_error_replies:135

    # Replication
    role:master
    connected_slaves:1
    slave0:ip=127.0.0.1,port=7004,state=online,offset=3852,lag=0
    master_failover_state:no-failover
    master_replid:a18a3c27eaf9a6ef476ff83bbe0defd4e6b73a0b
    master_replid2:0000000000000000000000000000000000000000
    master_repl_offset:3852
    second_repl_offset:-1
    repl_backlog_active:1
    repl_backlog_size:1048576
    repl_backlog_first_byte_offset:1
    repl_backlog_histlen:3852

    # CPU

    # Modules

    # Errorstats

    # Cluster
    cluster_enabled:1

    # Keyspace
    db0:keys=65,expires=14,avg_ttl=4997456
    """

  /// `INFO` of a replica, on 7003.
  static let replicaInfo = """
    # Server
    redis_version:7.0.15
    redis_build_id:ae4d7c971a948f0
    redis_mode:cluster
    os:Linux 6.1.0-37-amd64 x86_64
    process_id:9606
    process_supervised:no
    run_id:986926f692269c9f0b7e6181a8d059e1dd11eaa7
    tcp_port:7003
    uptime_in_seconds:7
    executable:/usr/bin/redis-server
    config_file:/etc/redis/7003/redis.conf
    io_threads_active:0

    # Clients
    connected_clients:2
    blocked_clients:0

    # Memory
    used_memory:1850856
    used_memory_rss:13332480
    total_system_memory:25276502016
    number_of_functions:0
    number_of_libraries:0
    maxmemory:0
    maxmemory_policy:noeviction

    # Persistence
    loading:0
    async_loading:0
    rdb_changes_since_last_save:0
    rdb_bgsave_in_progress:0
    rdb_last_save_time:1795217601
    rdb_last_bgsave_status:ok
    rdb_last_bgsave_time_sec:-1
    rdb_current_bgsave_time_sec:-1
    rdb_saves:0
    rdb_last_cow_size:0
    aof_enabled:1
    aof_rewrite_in_progress:0
    aof_rewrite_scheduled:0
    aof_last_rewrite_time_sec:0
    aof_current_rewrite_time_sec:-1
    aof_last_bgrewrite_status:ok
    aof_rewrites:1
    aof_rewrites_consecutive_failures:0
    aof_last_write_status:ok
    aof_last_cow_size:290816
    module_fork_in_progress:0
    aof_current_size:2401
    aof_base_size:2401

    # Stats
    total_connections_received:37
    total_commands_processed:46
    instantaneous_ops_per_sec:6
    sync_full:0
    sync_partial_ok:0
    sync_partial_err:0
    unexpected_error_replies:0
    total_error_replies:1

    # Replication
    role:slave
    master_host:127.0.0.1
    master_port:7002
    master_link_status:up
    master_last_io_seconds_ago:0
    master_sync_in_progress:0
    slave_read_repl_offset:4325
    slave_repl_offset:4325
    slave_priority:100
    slave_read_only:1
    replica_announced:1
    connected_slaves:0
    master_failover_state:no-failover
    master_replid:53bc31fa1ba6afbc66cee81a52e7f10a67a85f07
    master_replid2:0000000000000000000000000000000000000000
    master_repl_offset:4325
    second_repl_offset:-1
    repl_backlog_active:1
    repl_backlog_size:1048576
    repl_backlog_first_byte_offset:4326
    repl_backlog_histlen:0

    # CPU

    # Modules

    # Errorstats

    # Cluster
    cluster_enabled:1

    # Keyspace
    db0:keys=74,expires=14,avg_ttl=0
    """

  /// `CLUSTER INFO` of 7000.
  static let clusterInfo = """
    cluster_state:ok
    cluster_slots_assigned:16384
    cluster_slots_ok:16384
    cluster_slots_pfail:0
    cluster_slots_fail:0
    cluster_known_nodes:6
    cluster_size:3
    cluster_current_epoch:6
    cluster_my_epoch:1
    total_cluster_links_buffer_limit_exceeded:0
    """

  /// `CLUSTER NODES` of 7000.
  static let clusterNodes = """
    913b99af6ce0179a142ad451bc1ebb31feb915a1 127.0.0.1:7003@17003 slave 0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 0 1795217608261 3 connected
    b3dbd4601d590c85ad747d6793b1e67ed9ca29ca 127.0.0.1:7005@17005 slave af6695b6195f959cb9bea19af30f7470ee6ae863 0 1795217608261 2 connected
    0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 127.0.0.1:7002@17002 master - 0 1795217608059 3 connected 10923-16383
    d8d0dc7200df05e7a6b87583d5333fd6c331841c 127.0.0.1:7000@17000 myself,master - 0 1795217608000 1 connected 0-5460
    0da8f68b2c551804827b69cb31cf61c671156ee7 127.0.0.1:7004@17004 slave d8d0dc7200df05e7a6b87583d5333fd6c331841c 0 1795217608059 1 connected
    af6695b6195f959cb9bea19af30f7470ee6ae863 127.0.0.1:7001@17001 master - 0 1795217608565 2 connected 5461-10922
    """

  /// `CLUSTER NODES` of 7000 while slot 100 leaves it.
  static let openSlotFrom = """
    913b99af6ce0179a142ad451bc1ebb31feb915a1 127.0.0.1:7003@17003 slave 0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 0 1795217608261 3 connected
    b3dbd4601d590c85ad747d6793b1e67ed9ca29ca 127.0.0.1:7005@17005 slave af6695b6195f959cb9bea19af30f7470ee6ae863 0 1795217608261 2 connected
    0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 127.0.0.1:7002@17002 master - 0 1795217609068 3 connected 10923-16383
    d8d0dc7200df05e7a6b87583d5333fd6c331841c 127.0.0.1:7000@17000 myself,master - 0 1795217608000 1 connected 0-5460 [100->-af6695b6195f959cb9bea19af30f7470ee6ae863]
    0da8f68b2c551804827b69cb31cf61c671156ee7 127.0.0.1:7004@17004 slave d8d0dc7200df05e7a6b87583d5333fd6c331841c 0 1795217609068 1 connected
    af6695b6195f959cb9bea19af30f7470ee6ae863 127.0.0.1:7001@17001 master - 0 1795217608565 2 connected 5461-10922
    """

  /// `CLUSTER NODES` of 7001 while slot 100 comes to it.
  static let openSlotTo = """
    0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 127.0.0.1:7002@17002 master - 0 1795217609095 3 connected 10923-16383
    d8d0dc7200df05e7a6b87583d5333fd6c331841c 127.0.0.1:7000@17000 master - 0 1795217608280 1 connected 0-5460
    af6695b6195f959cb9bea19af30f7470ee6ae863 127.0.0.1:7001@17001 myself,master - 0 1795217608000 2 connected 5461-10922 [100-<-d8d0dc7200df05e7a6b87583d5333fd6c331841c]
    b3dbd4601d590c85ad747d6793b1e67ed9ca29ca 127.0.0.1:7005@17005 slave af6695b6195f959cb9bea19af30f7470ee6ae863 0 1795217609096 2 connected
    0da8f68b2c551804827b69cb31cf61c671156ee7 127.0.0.1:7004@17004 slave d8d0dc7200df05e7a6b87583d5333fd6c331841c 0 1795217609095 1 connected
    913b99af6ce0179a142ad451bc1ebb31feb915a1 127.0.0.1:7003@17003 slave 0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 0 1795217609095 3 connected
    """

  /// `CLUSTER NODES` of 7000 after the replica on 7005 was killed.
  static let replicaDown = """
    913b99af6ce0179a142ad451bc1ebb31feb915a1 127.0.0.1:7003@17003 slave 0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 0 1795217612303 3 connected
    b3dbd4601d590c85ad747d6793b1e67ed9ca29ca 127.0.0.1:7005@17005 slave,fail af6695b6195f959cb9bea19af30f7470ee6ae863 1795217609269 1795217608261 2 disconnected
    0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 127.0.0.1:7002@17002 master - 0 1795217612101 3 connected 10923-16383
    d8d0dc7200df05e7a6b87583d5333fd6c331841c 127.0.0.1:7000@17000 myself,master - 0 1795217612000 1 connected 0-5460
    0da8f68b2c551804827b69cb31cf61c671156ee7 127.0.0.1:7004@17004 slave d8d0dc7200df05e7a6b87583d5333fd6c331841c 0 1795217612101 1 connected
    af6695b6195f959cb9bea19af30f7470ee6ae863 127.0.0.1:7001@17001 master - 0 1795217612302 2 connected 5461-10922
    """

  /// `CLUSTER NODES` of a primary after another and its only replica were killed.
  static let primaryDown = """
    913b99af6ce0179a142ad451bc1ebb31feb915a1 127.0.0.1:7003@17003 slave 0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 0 1795217615331 3 connected
    b3dbd4601d590c85ad747d6793b1e67ed9ca29ca 127.0.0.1:7005@17005 slave,fail af6695b6195f959cb9bea19af30f7470ee6ae863 1795217609269 1795217608261 2 disconnected
    0abb8b40e9cce06afc6141fa0948baf1e09c4a1e 127.0.0.1:7002@17002 master - 0 1795217615330 3 connected 10923-16383
    d8d0dc7200df05e7a6b87583d5333fd6c331841c 127.0.0.1:7000@17000 myself,master - 0 1795217615000 1 connected 0-5460
    0da8f68b2c551804827b69cb31cf61c671156ee7 127.0.0.1:7004@17004 slave d8d0dc7200df05e7a6b87583d5333fd6c331841c 0 1795217615128 1 connected
    af6695b6195f959cb9bea19af30f7470ee6ae863 127.0.0.1:7001@17001 master,fail - 1795217613314 1795217612302 2 disconnected 5461-10922
    """

  /// `CLUSTER INFO` of the same moment.
  static let primaryDownInfo = """
    cluster_state:fail
    cluster_slots_assigned:16384
    cluster_slots_ok:10922
    cluster_slots_pfail:0
    cluster_slots_fail:5462
    cluster_known_nodes:6
    cluster_size:3
    cluster_current_epoch:6
    cluster_my_epoch:1
    total_cluster_links_buffer_limit_exceeded:0
    """

  /// `CLIENT LIST` of 7000, without its counters.
  static let clients = """
    id=6 addr=127.0.0.1:48980 laddr=127.0.0.1:7000 fd=21 name= age=5 idle=0 flags=S db=0 cmd=replconf user=default resp=2
    id=247 addr=127.0.0.1:41064 laddr=127.0.0.1:7000 fd=10 name= age=0 idle=0 flags=N db=0 cmd=client|list user=default resp=2
    """
}
