EXECUTE IMMEDIATE $$ -- T.Q becomes VARCHAR(50): look before it begins
DECLARE
  unlike EXCEPTION (-20001, 'T is not what the revision says (Q NUMBER(10,2), NOT NULL; Q__RETIRED VARCHAR(50), nullable): compare with DESCRIBE TABLE, and correct the revision or the table');
  unfit EXCEPTION (-20003, 'T.Q holds values that do not fit VARCHAR(50): correct or remove those rows');
  no_value EXCEPTION (-20009, 'T.Q is NOT NULL, and VARCHAR(50) would have rows without a value');
  found INTEGER;
  unfit_rows INTEGER;
  no_value_rows INTEGER;
BEGIN
  SELECT COUNT(*) INTO :found FROM RAW.INFORMATION_SCHEMA.COLUMNS
  WHERE TABLE_SCHEMA = 'B' AND TABLE_NAME = 'T'
    AND (
      (COLUMN_NAME = 'Q' AND DATA_TYPE = 'NUMBER' AND NUMERIC_PRECISION = 10 AND NUMERIC_SCALE = 2 AND IS_NULLABLE = 'NO')
      OR (COLUMN_NAME = 'Q__RETIRED' AND DATA_TYPE = 'TEXT' AND CHARACTER_MAXIMUM_LENGTH = 50 AND IS_NULLABLE = 'YES')
    );
  IF (found <> 2) THEN
    RAISE unlike;
  END IF;
  SELECT
    COUNT_IF(TRY_TO_NUMBER(Q__RETIRED, 10, 2) IS DISTINCT FROM Q AND TRY_TO_NUMBER(IFF(LENGTH(TO_VARCHAR(Q)) <= 50, TO_VARCHAR(Q), NULL), 10, 2) IS DISTINCT FROM Q),
    COUNT_IF(IFF(LENGTH(TO_VARCHAR(Q)) <= 50, TO_VARCHAR(Q), NULL) IS NULL)
  INTO :unfit_rows, :no_value_rows
  FROM RAW.B.T;
  IF (unfit_rows > 0) THEN
    RAISE unfit;
  END IF;
  IF (no_value_rows > 0) THEN
    RAISE no_value;
  END IF;
END;
$$;

UPDATE RAW.B.T SET Q__RETIRED = IFF(LENGTH(TO_VARCHAR(Q)) <= 50, TO_VARCHAR(Q), NULL)
WHERE TRY_TO_NUMBER(Q__RETIRED, 10, 2) IS DISTINCT FROM Q;

EXECUTE IMMEDIATE $$ -- T.Q becomes VARCHAR(50): catch up, check, rename
DECLARE
  unfit EXCEPTION (-20003, 'T.Q holds values that do not fit VARCHAR(50): correct or remove those rows');
  no_value EXCEPTION (-20009, 'T.Q is NOT NULL, and VARCHAR(50) would have rows without a value');
  unfit_rows INTEGER;
  no_value_rows INTEGER;
BEGIN
  UPDATE RAW.B.T SET Q__RETIRED = IFF(LENGTH(TO_VARCHAR(Q)) <= 50, TO_VARCHAR(Q), NULL)
  WHERE TRY_TO_NUMBER(Q__RETIRED, 10, 2) IS DISTINCT FROM Q;
  SELECT
    COUNT_IF(TRY_TO_NUMBER(Q__RETIRED, 10, 2) IS DISTINCT FROM Q),
    COUNT_IF(Q__RETIRED IS NULL)
  INTO :unfit_rows, :no_value_rows
  FROM RAW.B.T;
  IF (unfit_rows > 0) THEN
    RAISE unfit;
  END IF;
  IF (no_value_rows > 0) THEN
    RAISE no_value;
  END IF;
  ALTER TABLE RAW.B.T ALTER COLUMN Q__RETIRED SET NOT NULL;
  ALTER TABLE RAW.B.T ALTER COLUMN Q DROP NOT NULL;
  ALTER TABLE RAW.B.T RENAME COLUMN Q TO Q__NEW;
  BEGIN
    ALTER TABLE RAW.B.T RENAME COLUMN Q__RETIRED TO Q;
  EXCEPTION
    WHEN OTHER THEN
      ALTER TABLE RAW.B.T RENAME COLUMN Q__NEW TO Q;
      RAISE;
  END;
  RETURN 'T.Q is VARCHAR(50)';
END;
$$;

ALTER TABLE RAW.B.T DROP COLUMN Q__NEW;

