EXECUTE IMMEDIATE $$ -- T.Q becomes NUMBER(10,2): look before it begins
DECLARE
  unlike EXCEPTION (-20001, 'T is not what the revision says (Q VARCHAR(50), nullable, no default, no comment): compare with DESCRIBE TABLE, and correct the revision or the table');
  marked EXCEPTION (-20002, 'T.Q has a policy, a tag or a key that the revision does not name: say masking_policy= and tags=, and drop and add the key with op.sql');
  unfit EXCEPTION (-20003, 'T.Q holds text that is no NUMBER(10,2): correct or remove those rows');
  cut_short EXCEPTION (-20004, 'T.Q holds more than two decimals: correct or remove those rows');
  found INTEGER;
  unfit_rows INTEGER;
  cut_short_rows INTEGER;
BEGIN
  SELECT COUNT(*) INTO :found FROM RAW.INFORMATION_SCHEMA.COLUMNS
  WHERE TABLE_SCHEMA = 'B' AND TABLE_NAME = 'T'
    AND (
      (COLUMN_NAME = 'Q' AND DATA_TYPE = 'TEXT' AND CHARACTER_MAXIMUM_LENGTH = 50 AND IS_NULLABLE = 'YES' AND COLUMN_DEFAULT IS NULL AND IS_IDENTITY = 'NO' AND COALESCE(COMMENT, '') = '')
    );
  IF (found <> 1) THEN
    RAISE unlike;
  END IF;
  SELECT COUNT_IF(
    REGEXP_LIKE(GET_DDL('TABLE', 'RAW.B.T'), '.*((PRIMARY KEY|UNIQUE|FOREIGN KEY) *\\(([^)]*, *)?"?Q"?( *,[^)]*)?\\)).*', 'is')
    OR REGEXP_LIKE(GET_DDL('TABLE', 'RAW.B.T'), '.*(\\n\\s*"?Q"? ([^''\\n]|''[^''\\n]*'')*(MASKING POLICY|PROJECTION POLICY|WITH TAG)).*', 'is')
  ) INTO :found;
  IF (found > 0) THEN
    RAISE marked;
  END IF;
  SELECT
    COUNT_IF(TRIM(Q) <> '' AND TRY_TO_NUMBER(Q, 10, 2) IS NULL),
    COUNT_IF(TRY_TO_NUMBER(Q, 38, 30) <> TRY_TO_NUMBER(Q, 10, 2))
  INTO :unfit_rows, :cut_short_rows
  FROM RAW.B.T;
  IF (unfit_rows > 0) THEN
    RAISE unfit;
  END IF;
  IF (cut_short_rows > 0) THEN
    RAISE cut_short;
  END IF;
END;
$$;

CREATE TABLE IF NOT EXISTS RAW.B.T__PARKED (KIND VARCHAR, NAME VARCHAR);

EXECUTE IMMEDIATE $$ -- park the pipe P
DECLARE
  still_writes EXCEPTION (-20010, 'the pipe P still writes after 10 minutes: it is parked; go on when it has ended');
  found INTEGER;
  waited INTEGER;
BEGIN
  SELECT COUNT(*) INTO :found FROM RAW.INFORMATION_SCHEMA.PIPES
  WHERE PIPE_SCHEMA = 'B' AND PIPE_NAME = 'P';
  IF (found > 0) THEN
    SELECT COUNT_IF(GET_PATH(PARSE_JSON(SYSTEM$PIPE_STATUS('RAW.B.P')), 'executionState')::VARCHAR = 'RUNNING') INTO :found;
    IF (found > 0) THEN
      INSERT INTO RAW.B.T__PARKED (KIND, NAME) VALUES ('PIPE', 'RAW.B.P');
      ALTER PIPE RAW.B.P SET PIPE_EXECUTION_PAUSED = TRUE;
    END IF;
    waited := 0;
    LOOP
      SELECT COUNT_IF(GET_PATH(PARSE_JSON(SYSTEM$PIPE_STATUS('RAW.B.P')), 'pendingFileCount')::INTEGER > 0) INTO :found;
      IF (found = 0 OR waited >= 120) THEN
        BREAK;
      END IF;
      CALL SYSTEM$WAIT(5);
      waited := waited + 1;
    END LOOP;
  END IF;
  IF (found > 0) THEN
    RAISE still_writes;
  END IF;
END;
$$;

EXECUTE IMMEDIATE $$ -- park the task ROOT
DECLARE
  still_writes EXCEPTION (-20010, 'the task ROOT still writes after 10 minutes: it is parked; go on when it has ended');
  found INTEGER;
  waited INTEGER;
BEGIN
  SHOW TASKS LIKE 'ROOT' IN DATABASE STAGING;
  SELECT COUNT(*) INTO :found FROM TABLE(RESULT_SCAN(:SQLID))
  WHERE "schema_name" = 'TASKS' AND "name" = 'ROOT' AND "state" = 'started';
  IF (found > 0) THEN
    INSERT INTO RAW.B.T__PARKED (KIND, NAME) VALUES ('TASK', 'STAGING.TASKS.ROOT');
    ALTER TASK STAGING.TASKS.ROOT SUSPEND;
  END IF;
  waited := 0;
  LOOP
    SELECT COUNT(*) INTO :found FROM TABLE(STAGING.INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'ROOT'))
    WHERE SCHEMA_NAME = 'TASKS' AND STATE = 'EXECUTING';
    IF (found = 0 OR waited >= 120) THEN
      BREAK;
    END IF;
    CALL SYSTEM$WAIT(5);
    waited := waited + 1;
  END LOOP;
  IF (found > 0) THEN
    RAISE still_writes;
  END IF;
END;
$$;

EXECUTE IMMEDIATE $$ -- park the task CHILD
DECLARE
  still_writes EXCEPTION (-20010, 'the task CHILD still writes after 10 minutes: it is parked; go on when it has ended');
  found INTEGER;
  waited INTEGER;
BEGIN
  SHOW TASKS LIKE 'CHILD' IN DATABASE STAGING;
  SELECT COUNT(*) INTO :found FROM TABLE(RESULT_SCAN(:SQLID))
  WHERE "schema_name" = 'TASKS' AND "name" = 'CHILD' AND "state" = 'started';
  IF (found > 0) THEN
    INSERT INTO RAW.B.T__PARKED (KIND, NAME) VALUES ('TASK', 'STAGING.TASKS.CHILD');
    ALTER TASK STAGING.TASKS.CHILD SUSPEND;
  END IF;
  waited := 0;
  LOOP
    SELECT COUNT(*) INTO :found FROM TABLE(STAGING.INFORMATION_SCHEMA.TASK_HISTORY(TASK_NAME => 'CHILD'))
    WHERE SCHEMA_NAME = 'TASKS' AND STATE = 'EXECUTING';
    IF (found = 0 OR waited >= 120) THEN
      BREAK;
    END IF;
    CALL SYSTEM$WAIT(5);
    waited := waited + 1;
  END LOOP;
  IF (found > 0) THEN
    RAISE still_writes;
  END IF;
END;
$$;

ALTER TABLE RAW.B.T ADD COLUMN Q__NEW NUMBER(10,2);

UPDATE RAW.B.T SET Q__NEW = TRY_TO_NUMBER(Q, 10, 2)
WHERE Q IS NOT NULL;

EXECUTE IMMEDIATE $$ -- T.Q becomes NUMBER(10,2): catch up, check, rename
DECLARE
  unfit EXCEPTION (-20003, 'T.Q holds text that is no NUMBER(10,2): correct or remove those rows');
  cut_short EXCEPTION (-20004, 'T.Q holds more than two decimals: correct or remove those rows');
  unfit_rows INTEGER;
  cut_short_rows INTEGER;
BEGIN
  UPDATE RAW.B.T SET Q__NEW = TRY_TO_NUMBER(Q, 10, 2)
  WHERE Q__NEW IS DISTINCT FROM TRY_TO_NUMBER(Q, 10, 2);
  SELECT
    COUNT_IF(TRIM(Q) <> '' AND Q__NEW IS NULL),
    COUNT_IF(TRY_TO_NUMBER(Q, 38, 30) <> Q__NEW)
  INTO :unfit_rows, :cut_short_rows
  FROM RAW.B.T;
  IF (unfit_rows > 0) THEN
    RAISE unfit;
  END IF;
  IF (cut_short_rows > 0) THEN
    RAISE cut_short;
  END IF;
  ALTER TABLE RAW.B.T RENAME COLUMN Q TO Q__RETIRED;
  BEGIN
    ALTER TABLE RAW.B.T RENAME COLUMN Q__NEW TO Q;
  EXCEPTION
    WHEN OTHER THEN
      ALTER TABLE RAW.B.T RENAME COLUMN Q__RETIRED TO Q;
      RAISE;
  END;
  RETURN 'T.Q is NUMBER(10,2)';
END;
$$;

EXECUTE IMMEDIATE $$ -- let run again what was parked
DECLARE
  found INTEGER;
BEGIN
  SELECT COUNT(*) INTO :found FROM RAW.B.T__PARKED WHERE KIND = 'TASK' AND NAME = 'STAGING.TASKS.CHILD';
  IF (found > 0) THEN
    ALTER TASK STAGING.TASKS.CHILD RESUME;
    DELETE FROM RAW.B.T__PARKED WHERE KIND = 'TASK' AND NAME = 'STAGING.TASKS.CHILD';
  END IF;
  SELECT COUNT(*) INTO :found FROM RAW.B.T__PARKED WHERE KIND = 'TASK' AND NAME = 'STAGING.TASKS.ROOT';
  IF (found > 0) THEN
    ALTER TASK STAGING.TASKS.ROOT RESUME;
    DELETE FROM RAW.B.T__PARKED WHERE KIND = 'TASK' AND NAME = 'STAGING.TASKS.ROOT';
  END IF;
  SELECT COUNT(*) INTO :found FROM RAW.B.T__PARKED WHERE KIND = 'PIPE' AND NAME = 'RAW.B.P';
  IF (found > 0) THEN
    ALTER PIPE RAW.B.P SET PIPE_EXECUTION_PAUSED = FALSE;
    DELETE FROM RAW.B.T__PARKED WHERE KIND = 'PIPE' AND NAME = 'RAW.B.P';
  END IF;
END;
$$;

DROP TABLE RAW.B.T__PARKED;

