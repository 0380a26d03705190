/// The tables of a database of results.
///
/// Names and types are documented for readers in other languages (docs/evaluation.md): a change that they would notice is a
/// new `version`. Keys are those of the results, no numbers of the database's own, so that what is in a table depends
/// neither on the order in which images were added nor on how often a run was stopped.
enum Schema {
  /// What tells these databases from others: `XAIE` in ASCII.
  static let applicationID = 0x5841_4945
  /// The version of the tables.
  static let version = 1

  /// The maps that an explainer failed to make, or that lack a value: a table of its own, which databases of before get when
  /// they are written.
  static let failures = """
    CREATE TABLE IF NOT EXISTS map_failures (
      position  INTEGER NOT NULL,
      subject   INTEGER NOT NULL,
      explainer INTEGER NOT NULL,
      reason    TEXT NOT NULL,
      PRIMARY KEY (position, subject, explainer),
      FOREIGN KEY (position, subject, explainer) REFERENCES maps
    );
    """

  /// Columns of `pictures` that databases of before get when they are written: the hash of what was judged, the kernels, whether a
  /// failure is one of reading, which is tried again, and the place of the image's class among all.
  static let addedColumns = ["content TEXT", "kernels TEXT", "is_unread INTEGER", "label_rank INTEGER"]

  /// Images that every shard looks at, whichever it computes, and the numbers of the sample's first images by each kernels, where
  /// kernels are mixed; databases of before get them when they are written.
  static let checks = """
    CREATE TABLE IF NOT EXISTS spot_checks (
      position   INTEGER PRIMARY KEY,
      identifier TEXT NOT NULL,
      content    TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS kernel_checks (
      kernels   TEXT NOT NULL,
      position  INTEGER NOT NULL,
      subject   INTEGER NOT NULL,
      explainer INTEGER NOT NULL REFERENCES explainers,
      metric    INTEGER NOT NULL REFERENCES metrics,
      value     REAL NOT NULL,
      PRIMARY KEY (kernels, position, subject, explainer, metric)
    ) WITHOUT ROWID;
    """

  /// The programs that added to the results, and where objects of images with a thumbnail are; databases of before get them when they
  /// are written.
  static let runsAndOutlines = """
    CREATE TABLE IF NOT EXISTS runs (
      program TEXT NOT NULL,
      command TEXT NOT NULL,
      PRIMARY KEY (program, command)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS outlines (
      position    INTEGER NOT NULL REFERENCES pictures,
      object      INTEGER NOT NULL,
      class_index INTEGER NOT NULL,
      path        TEXT NOT NULL,
      PRIMARY KEY (position, object)
    );
    """

  /// What is read, which has to be tables: a view could be endless.
  static let read = [
    "meta", "metrics", "pictures", "subjects", "maps", "map_failures", "measurements", "head_effects",
    "spot_checks", "kernel_checks", "runs", "outlines",
  ]

  static let tables = """
    CREATE TABLE meta (
      key   TEXT PRIMARY KEY,
      value TEXT NOT NULL
    );
    CREATE TABLE classes (
      class_index INTEGER PRIMARY KEY,
      label       TEXT NOT NULL
    );
    CREATE TABLE explainers (
      explainer     INTEGER PRIMARY KEY,
      specification TEXT NOT NULL,
      id            TEXT NOT NULL,
      title         TEXT NOT NULL,
      family        TEXT NOT NULL
    );
    CREATE TABLE metrics (
      metric        INTEGER PRIMARY KEY,
      specification TEXT NOT NULL,
      id            TEXT NOT NULL,
      title         TEXT NOT NULL,
      direction     TEXT NOT NULL,
      unit          TEXT NOT NULL,
      protocol_name TEXT,
      protocol_text TEXT NOT NULL,
      protocol_hash TEXT NOT NULL,
      curve_x       BLOB
    );
    CREATE TABLE pictures (
      position   INTEGER PRIMARY KEY,
      identifier TEXT NOT NULL,
      label      INTEGER,
      failure    TEXT,
      thumbnail  BLOB,
      \(addedColumns.joined(separator: ",\n  "))
    );
    CREATE TABLE subjects (
      position     INTEGER NOT NULL REFERENCES pictures,
      subject      INTEGER NOT NULL,
      class_index  INTEGER NOT NULL,
      probability  REAL,
      is_predicted INTEGER NOT NULL,
      PRIMARY KEY (position, subject)
    );
    CREATE TABLE maps (
      position                INTEGER NOT NULL,
      subject                 INTEGER NOT NULL,
      explainer               INTEGER NOT NULL REFERENCES explainers,
      scores                  BLOB NOT NULL,
      is_degenerate           INTEGER NOT NULL,
      rank_collapse           REAL,
      head_weights            BLOB,
      negative_gradient_share BLOB,
      attention_entropy       BLOB,
      PRIMARY KEY (position, subject, explainer),
      FOREIGN KEY (position, subject) REFERENCES subjects
    );
    CREATE TABLE measurements (
      position  INTEGER NOT NULL,
      subject   INTEGER NOT NULL,
      explainer INTEGER NOT NULL,
      metric    INTEGER NOT NULL REFERENCES metrics,
      value     REAL,
      curve_y   BLOB,
      PRIMARY KEY (position, subject, explainer, metric),
      FOREIGN KEY (position, subject, explainer) REFERENCES maps
    );
    CREATE TABLE head_effects (
      position INTEGER NOT NULL,
      subject  INTEGER NOT NULL,
      layer    INTEGER NOT NULL,
      head     INTEGER NOT NULL,
      effect   REAL NOT NULL,
      PRIMARY KEY (position, subject, layer, head),
      FOREIGN KEY (position, subject) REFERENCES subjects
    ) WITHOUT ROWID;
    CREATE VIEW results AS
      SELECT
        position, pictures.identifier AS picture, pictures.label AS label, subject, class_index,
        classes.label AS class, probability, is_predicted, explainers.specification AS explainer,
        metrics.specification AS metric, metrics.protocol_name AS protocol, metrics.unit AS unit, value,
        is_degenerate
      FROM measurements
        JOIN maps USING (position, subject, explainer)
        JOIN subjects USING (position, subject)
        JOIN pictures USING (position)
        LEFT JOIN classes USING (class_index)
        JOIN explainers USING (explainer)
        JOIN metrics USING (metric);
    \(failures)
    \(checks)
    \(runsAndOutlines)
    PRAGMA application_id = \(applicationID);
    PRAGMA user_version = \(version);
    """
}
