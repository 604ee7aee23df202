EXECUTE IMMEDIATE $$ -- T.Q becomes NUMBER(10,2): look before it begins
DECLARE
  unlike EXCEPTION (-20001, 'T is not what the revision says (Q NUMBER(12,4), NOT NULL, a default): compare with DESCRIBE TABLE, and correct the revision or the table');
  marked EXCEPTION (-20002, 'T.Q has a policy, a tag or a key that the revision does not name: say masking_policy= and tags=, and drop and add the key with op.sql');
  unfit EXCEPTION (-20003, 'T.Q holds values that do not fit NUMBER(10,2): correct or remove those rows');
  cut_short EXCEPTION (-20004, 'T.Q holds more than two decimals: correct or remove those rows');
  no_value EXCEPTION (-20009, 'T.Q is NOT NULL, and NUMBER(10,2) would have rows without a value');
  found INTEGER;
  unfit_rows INTEGER;
  cut_short_rows INTEGER;
  no_value_rows INTEGER;
BEGIN
  SELECT COUNT(*) INTO :found FROM RAW.INFORMATION_SCHEMA.COLUMNS
  WHERE TABLE_SCHEMA = 'B' AND TABLE_NAME = 'T'
    AND (
      (COLUMN_NAME = 'Q' AND DATA_TYPE = 'NUMBER' AND NUMERIC_PRECISION = 12 AND NUMERIC_SCALE = 4 AND IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NOT NULL AND IS_IDENTITY = 'NO')
    );
  IF (found <> 1) THEN
    RAISE unlike;
  END IF;
  SELECT COUNT_IF(
    REGEXP_LIKE(GET_DDL('TABLE', 'RAW.B.T'), '.*((PRIMARY KEY|UNIQUE|FOREIGN KEY) *\\(([^)]*, *)?"?Q"?( *,[^)]*)?\\)).*', 'is')
  ) INTO :found;
  IF (found > 0) THEN
    RAISE marked;
  END IF;
  SELECT
    COUNT_IF(Q IS NOT NULL AND TRY_TO_NUMBER(TO_VARCHAR(Q), 10, 2) IS NULL),
    COUNT_IF(Q <> TRY_TO_NUMBER(TO_VARCHAR(Q), 10, 2)),
    COUNT_IF(TRY_TO_NUMBER(TO_VARCHAR(Q), 10, 2) IS NULL)
  INTO :unfit_rows, :cut_short_rows, :no_value_rows
  FROM RAW.B.T;
  IF (unfit_rows > 0) THEN
    RAISE unfit;
  END IF;
  IF (cut_short_rows > 0) THEN
    RAISE cut_short;
  END IF;
  IF (no_value_rows > 0) THEN
    RAISE no_value;
  END IF;
END;
$$;

ALTER TABLE RAW.B.T ADD COLUMN Q__NEW NUMBER(10,2) DEFAULT 0;

ALTER TABLE RAW.B.T ALTER COLUMN Q__NEW COMMENT 'it''s 5%';

ALTER TABLE RAW.B.T ALTER COLUMN Q__NEW SET MASKING POLICY RAW.M.MASK;

ALTER TABLE RAW.B.T ALTER COLUMN Q__NEW SET TAG RAW.M.PII = 'yes';

UPDATE RAW.B.T SET Q__NEW = TRY_TO_NUMBER(TO_VARCHAR(Q), 10, 2)
WHERE TRUE;

EXECUTE IMMEDIATE $$ -- T.Q becomes NUMBER(10,2): catch up, check, rename
DECLARE
  unfit EXCEPTION (-20003, 'T.Q holds values that do not fit NUMBER(10,2): correct or remove those rows');
  cut_short EXCEPTION (-20004, 'T.Q holds more than two decimals: correct or remove those rows');
  no_value EXCEPTION (-20009, 'T.Q is NOT NULL, and NUMBER(10,2) would have rows without a value');
  unfit_rows INTEGER;
  cut_short_rows INTEGER;
  no_value_rows INTEGER;
BEGIN
  UPDATE RAW.B.T SET Q__NEW = TRY_TO_NUMBER(TO_VARCHAR(Q), 10, 2)
  WHERE Q__NEW IS DISTINCT FROM TRY_TO_NUMBER(TO_VARCHAR(Q), 10, 2);
  SELECT
    COUNT_IF(Q IS NOT NULL AND Q__NEW IS NULL),
    COUNT_IF(Q <> Q__NEW),
    COUNT_IF(Q__NEW IS NULL)
  INTO :unfit_rows, :cut_short_rows, :no_value_rows
  FROM RAW.B.T;
  IF (unfit_rows > 0) THEN
    RAISE unfit;
  END IF;
  IF (cut_short_rows > 0) THEN
    RAISE cut_short;
  END IF;
  IF (no_value_rows > 0) THEN
    RAISE no_value;
  END IF;
  ALTER TABLE RAW.B.T ALTER COLUMN Q__NEW SET NOT NULL;
  ALTER TABLE RAW.B.T ALTER COLUMN Q DROP NOT NULL;
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

