"""Java as it is documented: every class and member that the app calls, with its JNI signature and the API level it came with.

Sources: the reference of developer.android.com (API levels stand at each member there); ``java.*`` and ``javax.*`` as of the
level given there; python-for-android 2026.5.9 (``org.kivy.android``), bleak 3.1 (its two Java files), zxing-cpp 2.3.0
(``wrappers/android``, as Kotlin compiles to the JVM: a property has a getter, a constructor whose parameters all have defaults
has one without any), and the class that python-for-android's template makes of our service.

A class: ``name level [interface] [extends A, B]``. A member: ``[static|const|field] name signature [level] [varargs]``;
``new`` is a constructor; without a level it is as old as its class.
"""

TABLE = """
java.lang.Object 1

android.os.Build 1
  const MANUFACTURER Ljava/lang/String; 4
android.os.StatFs 1
  new (Ljava/lang/String;)V
  getAvailableBytes ()J 18
android.os.Vibrator 1
  hasVibrator ()Z 11
  vibrate (Landroid/os/VibrationEffect;)V 26
android.os.VibratorManager 31
  getDefaultVibrator ()Landroid/os/Vibrator;
android.os.VibrationEffect 26
  static createWaveform ([JI)Landroid/os/VibrationEffect;
android.media.ToneGenerator 1
  new (II)V
  startTone (II)Z 5
android.os.Looper 1
  static getMainLooper ()Landroid/os/Looper;
android.os.Handler 1
  new (Landroid/os/Looper;)V
android.os.HandlerThread 1
  new (Ljava/lang/String;)V
  start ()V
  getLooper ()Landroid/os/Looper;
  quitSafely ()Z 18
android.os.SystemClock 1
  static elapsedRealtime ()J
  static elapsedRealtimeNanos ()J 17
android.os.PowerManager 1
  isIgnoringBatteryOptimizations (Ljava/lang/String;)Z 23
android.os.ParcelUuid 4
  static fromString (Ljava/lang/String;)Landroid/os/ParcelUuid;
android.os.Parcelable 1 interface
android.os.Bundle 1 extends android.os.Parcelable
  new ()V
  putString (Ljava/lang/String;Ljava/lang/String;)V
  putBoolean (Ljava/lang/String;Z)V
  putStringArray (Ljava/lang/String;[Ljava/lang/String;)V
  putBundle (Ljava/lang/String;Landroid/os/Bundle;)V
  putParcelableArray (Ljava/lang/String;[Landroid/os/Parcelable;)V
  putParcelableArrayList (Ljava/lang/String;Ljava/util/ArrayList;)V
  containsKey (Ljava/lang/String;)Z
  getString (Ljava/lang/String;)Ljava/lang/String;
  getByteArray (Ljava/lang/String;)[B
  getInt (Ljava/lang/String;)I
  getByte (Ljava/lang/String;)B
  getSerializable (Ljava/lang/String;)Ljava/io/Serializable;

android.content.Context 1
  getSystemService (Ljava/lang/String;)Ljava/lang/Object;
  getPackageName ()Ljava/lang/String;
  checkSelfPermission (Ljava/lang/String;)I 23
  registerReceiver (Landroid/content/BroadcastReceiver;Landroid/content/IntentFilter;Ljava/lang/String;Landroid/os/Handler;I)Landroid/content/Intent; 26
  unregisterReceiver (Landroid/content/BroadcastReceiver;)V
  sendBroadcast (Landroid/content/Intent;)V
  startActivity (Landroid/content/Intent;)V
android.app.Activity 1 extends android.content.Context
  getWindow ()Landroid/view/Window;
  shouldShowRequestPermissionRationale (Ljava/lang/String;)Z 23
android.view.Window 1
  addFlags (I)V
  clearFlags (I)V
android.content.BroadcastReceiver 1
android.content.Intent 1
  new ()V
  new (Ljava/lang/String;)V
  setData (Landroid/net/Uri;)Landroid/content/Intent;
  setPackage (Ljava/lang/String;)Landroid/content/Intent; 4
  setClassName (Ljava/lang/String;Ljava/lang/String;)Landroid/content/Intent;
  addFlags (I)Landroid/content/Intent;
  putExtras (Landroid/os/Bundle;)Landroid/content/Intent;
  getAction ()Ljava/lang/String;
  getExtras ()Landroid/os/Bundle;
android.content.IntentFilter 1
  new ()V
  addAction (Ljava/lang/String;)V
  addCategory (Ljava/lang/String;)V
android.net.Uri 1
  static parse (Ljava/lang/String;)Landroid/net/Uri;
  static encode (Ljava/lang/String;)Ljava/lang/String;
android.app.AlarmManager 1
  setAndAllowWhileIdle (IJLandroid/app/PendingIntent;)V 23
  cancel (Landroid/app/PendingIntent;)V
android.app.PendingIntent 1
  static getBroadcast (Landroid/content/Context;ILandroid/content/Intent;I)Landroid/app/PendingIntent;

android.location.LocationManager 1
  getAllProviders ()Ljava/util/List;
  getLastKnownLocation (Ljava/lang/String;)Landroid/location/Location;
  requestLocationUpdates (Ljava/lang/String;JFLandroid/location/LocationListener;Landroid/os/Looper;)V
  removeUpdates (Landroid/location/LocationListener;)V
android.location.Location 1
  getProvider ()Ljava/lang/String;
  getLatitude ()D
  getLongitude ()D
  hasAccuracy ()Z
  getAccuracy ()F
  getElapsedRealtimeNanos ()J 17
  isFromMockProvider ()Z 18
  isMock ()Z 31
android.location.LocationListener 1 interface
  onLocationChanged (Landroid/location/Location;)V
  onLocationChanged (Ljava/util/List;)V 31
  onFlushComplete (I)V 31
  onStatusChanged (Ljava/lang/String;ILandroid/os/Bundle;)V
  onProviderEnabled (Ljava/lang/String;)V
  onProviderDisabled (Ljava/lang/String;)V

android.bluetooth.BluetoothManager 18
  getAdapter ()Landroid/bluetooth/BluetoothAdapter;
android.bluetooth.BluetoothAdapter 5
  isEnabled ()Z
  getBluetoothLeScanner ()Landroid/bluetooth/le/BluetoothLeScanner; 21
android.bluetooth.BluetoothDevice 5
  getAddress ()Ljava/lang/String;
android.bluetooth.le.ScanCallback 21
android.bluetooth.le.BluetoothLeScanner 21
  startScan (Ljava/util/List;Landroid/bluetooth/le/ScanSettings;Landroid/bluetooth/le/ScanCallback;)V
  stopScan (Landroid/bluetooth/le/ScanCallback;)V
android.bluetooth.le.ScanSettings 21
android.bluetooth.le.ScanSettings$Builder 21
  new ()V
  setScanMode (I)Landroid/bluetooth/le/ScanSettings$Builder;
  setReportDelay (J)Landroid/bluetooth/le/ScanSettings$Builder;
  build ()Landroid/bluetooth/le/ScanSettings;
android.bluetooth.le.ScanFilter 21
android.bluetooth.le.ScanFilter$Builder 21
  new ()V
  setManufacturerData (I[B)Landroid/bluetooth/le/ScanFilter$Builder;
  setServiceData (Landroid/os/ParcelUuid;[B)Landroid/bluetooth/le/ScanFilter$Builder;
  build ()Landroid/bluetooth/le/ScanFilter;
android.bluetooth.le.ScanResult 21
  getDevice ()Landroid/bluetooth/BluetoothDevice;
  getScanRecord ()Landroid/bluetooth/le/ScanRecord;
  getRssi ()I
android.bluetooth.le.ScanRecord 21
  getDeviceName ()Ljava/lang/String;
  getManufacturerSpecificData ()Landroid/util/SparseArray;
  getServiceData (Landroid/os/ParcelUuid;)[B
android.util.SparseArray 1
  size ()I
  keyAt (I)I
  valueAt (I)Ljava/lang/Object;

android.hardware.Camera 1
  static getNumberOfCameras ()I 9
  static getCameraInfo (ILandroid/hardware/Camera$CameraInfo;)V 9
  static open (I)Landroid/hardware/Camera; 9
  getParameters ()Landroid/hardware/Camera$Parameters;
  setParameters (Landroid/hardware/Camera$Parameters;)V
  setPreviewTexture (Landroid/graphics/SurfaceTexture;)V 11
  setOneShotPreviewCallback (Landroid/hardware/Camera$PreviewCallback;)V
  startPreview ()V
  stopPreview ()V
  autoFocus (Landroid/hardware/Camera$AutoFocusCallback;)V
  takePicture (Landroid/hardware/Camera$ShutterCallback;Landroid/hardware/Camera$PictureCallback;Landroid/hardware/Camera$PictureCallback;)V
  release ()V
android.hardware.Camera$CameraInfo 9
  new ()V
  field facing I
  field orientation I
android.hardware.Camera$Size 1
  field width I
  field height I
android.hardware.Camera$Parameters 1
  getSupportedPreviewSizes ()Ljava/util/List; 5
  getSupportedPictureSizes ()Ljava/util/List; 5
  getSupportedFocusModes ()Ljava/util/List; 5
  getPreviewSize ()Landroid/hardware/Camera$Size;
  setPreviewSize (II)V
  setPictureSize (II)V
  setRotation (I)V 5
  setFocusMode (Ljava/lang/String;)V 5
android.hardware.Camera$PreviewCallback 1 interface
  onPreviewFrame ([BLandroid/hardware/Camera;)V
android.hardware.Camera$PictureCallback 1 interface
  onPictureTaken ([BLandroid/hardware/Camera;)V
android.hardware.Camera$ShutterCallback 1 interface
  onShutter ()V
android.hardware.Camera$AutoFocusCallback 1 interface
  onAutoFocus (ZLandroid/hardware/Camera;)V
android.graphics.SurfaceTexture 11
  new (I)V
  new (Z)V 26
android.graphics.Rect 1
  new ()V
  new (IIII)V
android.graphics.YuvImage 8
  new ([BIII[I)V
  compressToJpeg (Landroid/graphics/Rect;ILjava/io/OutputStream;)Z
android.graphics.Bitmap 1
  recycle ()V
android.graphics.BitmapFactory 1
  static decodeByteArray ([BII)Landroid/graphics/Bitmap;

java.io.Serializable 1 interface
java.io.OutputStream 1
java.io.ByteArrayOutputStream 1 extends java.io.OutputStream
  new ()V
  toByteArray ()[B
java.util.List 1 interface
  size ()I
  get (I)Ljava/lang/Object;
java.util.ArrayList 1 extends java.util.List, java.io.Serializable
  new ()V
  size ()I
  get (I)Ljava/lang/Object;
  add (Ljava/lang/Object;)Z
java.util.Set 1 interface
java.util.HashSet 1 extends java.util.Set
  new ()V
  add (Ljava/lang/Object;)Z

java.security.Key 1 interface
  getEncoded ()[B
java.security.PublicKey 1 interface extends java.security.Key
java.security.PrivateKey 1 interface extends java.security.Key
javax.crypto.SecretKey 1 interface extends java.security.Key
java.security.KeyPair 1
java.security.cert.Certificate 1
  getPublicKey ()Ljava/security/PublicKey;
java.security.KeyStore$LoadStoreParameter 1 interface
java.security.KeyStore 1
  static getInstance (Ljava/lang/String;)Ljava/security/KeyStore;
  load (Ljava/security/KeyStore$LoadStoreParameter;)V
  load (Ljava/io/InputStream;[C)V
  containsAlias (Ljava/lang/String;)Z
  getKey (Ljava/lang/String;[C)Ljava/security/Key;
  getCertificate (Ljava/lang/String;)Ljava/security/cert/Certificate;
  deleteEntry (Ljava/lang/String;)V
java.security.spec.AlgorithmParameterSpec 1 interface
java.security.spec.ECGenParameterSpec 1 extends java.security.spec.AlgorithmParameterSpec
  new (Ljava/lang/String;)V
android.security.keystore.KeyGenParameterSpec 23 extends java.security.spec.AlgorithmParameterSpec
android.security.keystore.KeyGenParameterSpec$Builder 23
  new (Ljava/lang/String;I)V
  setAlgorithmParameterSpec (Ljava/security/spec/AlgorithmParameterSpec;)Landroid/security/keystore/KeyGenParameterSpec$Builder;
  setDigests ([Ljava/lang/String;)Landroid/security/keystore/KeyGenParameterSpec$Builder; varargs
  setBlockModes ([Ljava/lang/String;)Landroid/security/keystore/KeyGenParameterSpec$Builder; varargs
  setEncryptionPaddings ([Ljava/lang/String;)Landroid/security/keystore/KeyGenParameterSpec$Builder; varargs
  setKeySize (I)Landroid/security/keystore/KeyGenParameterSpec$Builder;
  build ()Landroid/security/keystore/KeyGenParameterSpec;
java.security.KeyPairGenerator 1
  static getInstance (Ljava/lang/String;Ljava/lang/String;)Ljava/security/KeyPairGenerator;
  initialize (I)V
  initialize (Ljava/security/spec/AlgorithmParameterSpec;)V
  generateKeyPair ()Ljava/security/KeyPair;
java.security.Signature 1
  static getInstance (Ljava/lang/String;)Ljava/security/Signature;
  initSign (Ljava/security/PrivateKey;)V
  update ([B)V
  sign ()[B
javax.crypto.KeyGenerator 1
  static getInstance (Ljava/lang/String;Ljava/lang/String;)Ljavax/crypto/KeyGenerator;
  init (I)V
  init (Ljava/security/spec/AlgorithmParameterSpec;)V
  generateKey ()Ljavax/crypto/SecretKey;
javax.crypto.Cipher 1
  static getInstance (Ljava/lang/String;)Ljavax/crypto/Cipher;
  init (ILjava/security/Key;)V
  init (ILjava/security/Key;Ljava/security/spec/AlgorithmParameterSpec;)V
  doFinal ([B)[B
  getIV ()[B
javax.crypto.spec.GCMParameterSpec 19 extends java.security.spec.AlgorithmParameterSpec
  new (I[B)V

org.kivy.android.PythonActivity 1 extends android.app.Activity
  addPermissionsCallback (Lorg/kivy/android/PythonActivity$PermissionsCallback;)V
  requestPermissionsWithRequestCode ([Ljava/lang/String;I)V
org.kivy.android.PythonActivity$PermissionsCallback 1 interface
  onRequestPermissionsResult (I[Ljava/lang/String;[I)V
org.kivy.android.PythonService 1 extends android.content.Context
org.kivy.android.GenericBroadcastReceiverCallback 1 interface
  onReceive (Landroid/content/Context;Landroid/content/Intent;)V
org.kivy.android.GenericBroadcastReceiver 1 extends android.content.BroadcastReceiver
  new (Lorg/kivy/android/GenericBroadcastReceiverCallback;)V
org.handover.driver.ServiceShift 1
  static start (Landroid/content/Context;Ljava/lang/String;)V
  static start (Landroid/content/Context;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;)V
  static stop (Landroid/content/Context;)V
com.github.hbldh.bleak.PythonScanCallback 1 extends android.bluetooth.le.ScanCallback
  new (Lcom/github/hbldh/bleak/PythonScanCallback$Interface;)V
com.github.hbldh.bleak.PythonScanCallback$Interface 1 interface
  onScanFailed (I)V
  onScanResult (Landroid/bluetooth/le/ScanResult;)V
zxingcpp.BarcodeReader 1
  new ()V
  new (Lzxingcpp/BarcodeReader$Options;)V
  read (Landroid/graphics/Bitmap;Landroid/graphics/Rect;I)Ljava/util/List;
zxingcpp.BarcodeReader$Options 1
  new ()V
  setFormats (Ljava/util/Set;)V
  setTryHarder (Z)V
  setTryRotate (Z)V
  setTryInvert (Z)V
  setTryDownscale (Z)V
  setTextMode (Lzxingcpp/BarcodeReader$TextMode;)V
zxingcpp.BarcodeReader$Format 1
  const DATA_MATRIX Lzxingcpp/BarcodeReader$Format;
  const QR_CODE Lzxingcpp/BarcodeReader$Format;
  const CODE_128 Lzxingcpp/BarcodeReader$Format;
  const EAN_13 Lzxingcpp/BarcodeReader$Format;
  const EAN_8 Lzxingcpp/BarcodeReader$Format;
  const UPC_A Lzxingcpp/BarcodeReader$Format;
  const ITF Lzxingcpp/BarcodeReader$Format;
  const DATA_BAR Lzxingcpp/BarcodeReader$Format;
  const DATA_BAR_EXPANDED Lzxingcpp/BarcodeReader$Format;
zxingcpp.BarcodeReader$TextMode 1
  const PLAIN Lzxingcpp/BarcodeReader$TextMode;
zxingcpp.BarcodeReader$Error 1
zxingcpp.BarcodeReader$Result 1
  getText ()Ljava/lang/String;
  getBytes ()[B
  getSymbologyIdentifier ()Ljava/lang/String;
  getError ()Lzxingcpp/BarcodeReader$Error;
"""

CONSTANTS = {
    "android.content.Context.RECEIVER_EXPORTED": 2,
    "android.content.Intent.FLAG_ACTIVITY_NEW_TASK": 0x10000000,
    "android.content.pm.PackageManager.PERMISSION_GRANTED": 0,
    "android.view.WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON": 0x80,
    "android.app.AlarmManager.ELAPSED_REALTIME_WAKEUP": 2,
    "android.app.PendingIntent.FLAG_UPDATE_CURRENT": 0x08000000,
    "android.app.PendingIntent.FLAG_IMMUTABLE": 0x04000000,
    "android.media.AudioManager.STREAM_ALARM": 4,
    "android.media.AudioManager.STREAM_NOTIFICATION": 5,
    "android.media.ToneGenerator.MAX_VOLUME": 100,
    "android.media.ToneGenerator.TONE_PROP_BEEP": 24,
    "android.media.ToneGenerator.TONE_PROP_PROMPT": 27,
    "android.media.ToneGenerator.TONE_PROP_BEEP2": 28,
    "android.media.ToneGenerator.TONE_CDMA_ALERT_CALL_GUARD": 93,
    "android.media.ToneGenerator.TONE_CDMA_SOFT_ERROR_LITE": 94,
    "android.graphics.ImageFormat.NV21": 17,
    "android.hardware.Camera.CameraInfo.CAMERA_FACING_BACK": 0,
    "android.bluetooth.le.ScanSettings.SCAN_MODE_LOW_LATENCY": 2,
    "android.security.keystore.KeyProperties.PURPOSE_ENCRYPT": 1,
    "android.security.keystore.KeyProperties.PURPOSE_DECRYPT": 2,
    "android.security.keystore.KeyProperties.PURPOSE_SIGN": 4,
    "javax.crypto.Cipher.ENCRYPT_MODE": 1,
    "javax.crypto.Cipher.DECRYPT_MODE": 2,
}
"""Values of the constants that the app writes as numbers: a constant that the compiler would inline is none of a class's
members at run time that has to be looked up, and looking each one up costs milliseconds on a phone."""
