-- A database of version 1 as the first code wrote it that had this version, before there were record types: its dump.
CREATE TABLE classes (
  class_index INTEGER PRIMARY KEY,
  label       TEXT NOT NULL
);
INSERT INTO "classes" VALUES(0,'cat');
INSERT INTO "classes" VALUES(1,'dog''s "bone"');
INSERT INTO "classes" VALUES(2,'鳥');
CREATE TABLE explainers (
  explainer     INTEGER PRIMARY KEY,
  specification TEXT NOT NULL,
  id            TEXT NOT NULL,
  title         TEXT NOT NULL,
  family        TEXT NOT NULL
);
INSERT INTO "explainers" VALUES(0,'first','first','Title','attention');
INSERT INTO "explainers" VALUES(1,'second:norm=l2','second','Title','attention');
CREATE TABLE head_effects (
  position INTEGER NOT NULL,
  subject  INTEGER NOT NULL,
  layer    INTEGER NOT NULL,
  head     INTEGER NOT NULL,
  effect   REAL NOT NULL,
  PRIMARY KEY (position, subject, layer, head),
  FOREIGN KEY (position, subject) REFERENCES subjects
) WITHOUT ROWID;
INSERT INTO "head_effects" VALUES(0,0,0,0,0.5);
INSERT INTO "head_effects" VALUES(0,0,0,1,-1.00000001490116119384e-01);
INSERT INTO "head_effects" VALUES(0,0,0,2,0.0);
INSERT INTO "head_effects" VALUES(0,0,1,0,1.0);
INSERT INTO "head_effects" VALUES(0,0,1,1,2.0);
INSERT INTO "head_effects" VALUES(0,0,1,2,3.29999995231628417968e+00);
INSERT INTO "head_effects" VALUES(0,1,0,0,0.5);
INSERT INTO "head_effects" VALUES(0,1,0,1,-1.00000001490116119384e-01);
INSERT INTO "head_effects" VALUES(0,1,0,2,0.0);
INSERT INTO "head_effects" VALUES(0,1,1,0,1.0);
INSERT INTO "head_effects" VALUES(0,1,1,1,2.0);
INSERT INTO "head_effects" VALUES(0,1,1,2,3.29999995231628417968e+00);
INSERT INTO "head_effects" VALUES(3,0,0,0,0.5);
INSERT INTO "head_effects" VALUES(3,0,0,1,-1.00000001490116119384e-01);
INSERT INTO "head_effects" VALUES(3,0,0,2,0.0);
INSERT INTO "head_effects" VALUES(3,0,1,0,1.0);
INSERT INTO "head_effects" VALUES(3,0,1,1,2.0);
INSERT INTO "head_effects" VALUES(3,0,1,2,3.29999995231628417968e+00);
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
INSERT INTO "maps" VALUES(0,0,0,X'000000000000803E0000C0BF00004040',0,0.699999988079071,X'00000000CDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F',X'00000000CDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F',X'00000000CDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F');
INSERT INTO "maps" VALUES(0,0,1,X'0000803F0000803F0000803F0000803F',1,NULL,NULL,NULL,NULL);
INSERT INTO "maps" VALUES(0,1,0,X'000000000000803E0000C0BF00004040',0,0.699999988079071,X'00000000CDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F',X'00000000CDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F',X'00000000CDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F');
INSERT INTO "maps" VALUES(0,1,1,X'0000803F0000803F0000803F0000803F',1,NULL,NULL,NULL,NULL);
INSERT INTO "maps" VALUES(3,0,0,X'0000403F0000803E0000C0BF00004040',0,0.699999988079071,X'0000403FCDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F',X'0000403FCDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F',X'0000403FCDCCCC3DCDCC4C3E9A99993ECDCCCC3E0000003F');
INSERT INTO "maps" VALUES(3,0,1,X'0000803F0000803F0000803F0000803F',1,NULL,NULL,NULL,NULL);
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
INSERT INTO "measurements" VALUES(0,0,0,0,0.1,NULL);
INSERT INTO "measurements" VALUES(0,0,0,1,0.1,X'9A9999999999B93F9A9999999999C93F0000000000000000');
INSERT INTO "measurements" VALUES(0,0,1,0,1.35,NULL);
INSERT INTO "measurements" VALUES(0,0,1,1,0.1,X'9A9999999999B93F9A9999999999C93F000000000000C03F');
INSERT INTO "measurements" VALUES(0,1,0,0,0.1,NULL);
INSERT INTO "measurements" VALUES(0,1,0,1,0.1,X'9A9999999999B93F9A9999999999C93F0000000000000000');
INSERT INTO "measurements" VALUES(0,1,1,0,1.35,NULL);
INSERT INTO "measurements" VALUES(0,1,1,1,0.1,X'9A9999999999B93F9A9999999999C93F000000000000C03F');
INSERT INTO "measurements" VALUES(3,0,0,0,NULL,NULL);
INSERT INTO "measurements" VALUES(3,0,0,1,3.1,X'9A9999999999B93F9A9999999999C93F000000000000E83F');
INSERT INTO "measurements" VALUES(3,0,1,0,NULL,NULL);
INSERT INTO "measurements" VALUES(3,0,1,1,3.1,X'9A9999999999B93F9A9999999999C93F000000000000EC3F');
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
INSERT INTO "meta" VALUES('experiment','{"data":{"hash":"aa","name":"photos","sampleCount":4,"sampleSeed":4,"split":"all","splitCount":9},"explainers":[{"descriptor":{"citation":{"authors":"A. Author","identifier":"doi","title":"A title","venue":"A venue","year":2020},"family":"attention","forwardPasses":"1","id":"first","isClassSpecific":true,"needs":["attention"],"reversePasses":"1","summary":"Summary.","title":"Title"},"specification":"first"},{"descriptor":{"citation":{"authors":"A. Author","identifier":"doi","title":"A title","venue":"A venue","year":2020},"family":"attention","forwardPasses":"1","id":"second","isClassSpecific":true,"needs":["attention"],"reversePasses":"1","summary":"Summary.","title":"Title"},"specification":"second:norm=l2"}],"measuresHeads":true,"metrics":[{"descriptor":{"citation":{"authors":"A. Author","identifier":"doi","title":"A title","venue":"A venue","year":2020},"direction":"higher","highest":100,"id":"drop","lowest":0,"summary":"Summary.","title":"Title","unit":"%"},"protocolHash":"0123456789abcdef","protocolText":"text of drop","specification":"drop"},{"descriptor":{"citation":{"authors":"A. Author","identifier":"doi","title":"A title","venue":"A venue","year":2020},"direction":"higher","highest":100,"id":"curve","lowest":0,"summary":"Summary.","title":"Title","unit":"%"},"protocolHash":"0123456789abcdef","protocolName":"rise","protocolText":"text of curve:steps=2","specification":"curve:steps=2"}],"model":{"architecture":"vit","grid":{"columns":2,"rows":2},"hash":"00ff","headCount":3,"inputHeight":8,"inputWidth":8,"labels":["cat","dog''s \"bone\"","鳥"],"layerCount":2,"name":"model","parameterCount":12},"settings":{"batch size":"16","kernels":"test"},"target":"top:2"}');
INSERT INTO "meta" VALUES('shard','1/1');
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
INSERT INTO "metrics" VALUES(0,'drop','drop','Title','higher','%',NULL,'text of drop','0123456789abcdef',NULL);
INSERT INTO "metrics" VALUES(1,'curve:steps=2','curve','Title','higher','%','rise','text of curve:steps=2','0123456789abcdef',X'00000000000000009A9999999999B93F000000000000F03F');
CREATE TABLE pictures (
  position   INTEGER PRIMARY KEY,
  identifier TEXT NOT NULL,
  label      INTEGER,
  failure    TEXT,
  thumbnail  BLOB
);
INSERT INTO "pictures" VALUES(0,'b/0 鳥.jpg',2,NULL,X'00FF07');
INSERT INTO "pictures" VALUES(1,'b/1.jpg',NULL,'truncated ''file''',NULL);
INSERT INTO "pictures" VALUES(3,'b/3.jpg',0,NULL,NULL);
CREATE TABLE subjects (
  position     INTEGER NOT NULL REFERENCES pictures,
  subject      INTEGER NOT NULL,
  class_index  INTEGER NOT NULL,
  probability  REAL NOT NULL,
  is_predicted INTEGER NOT NULL,
  PRIMARY KEY (position, subject)
);
INSERT INTO "subjects" VALUES(0,0,1,3.00000011920928955078e-01,1);
INSERT INTO "subjects" VALUES(0,1,2,4.00000005960464477539e-01,0);
INSERT INTO "subjects" VALUES(3,0,0,8.99999976158142089843e-01,1);
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
PRAGMA application_id = 1480673605;
PRAGMA user_version = 1;
