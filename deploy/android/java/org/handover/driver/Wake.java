package org.handover.driver;

import android.app.AlarmManager;
import android.app.Notification;
import android.app.NotificationChannel;
import android.app.NotificationManager;
import android.app.PendingIntent;
import android.content.BroadcastReceiver;
import android.content.Context;
import android.content.Intent;
import android.os.SystemClock;
import java.io.File;

/**
 * Wakes the background process of a shift: after booting, after an update, and every ten minutes by alarm, for makers whose
 * battery savers kill services. Without the mark of a running shift it does nothing at all and sets no further alarm.
 *
 * It knows nothing else: whether there is something to do, and who may write, is decided by driver_app/background.py.
 */
public final class Wake extends BroadcastReceiver {
    /** driver_app/watch.py, MARK; in the app's own folder (driver_app/options.py). */
    private static final String MARK = "handover/shift.running";

    private static final long EVERY = 10 * 60 * 1000L;
    private static final String CHANNEL = "shift";
    private static final String TITLE = "班次进行中 · Shift running";
    private static final String TEXT = "正在记录温度和位置 · Recording temperatures and positions";
    private static final String OPEN = "请打开应用以继续记录 · Open the app to go on recording";

    @Override
    public void onReceive(Context context, Intent intent) {
        if (!new File(context.getFilesDir(), MARK).exists()) {
            return;
        }
        again(context);
        try {
            context.startForegroundService(ServiceShift.getDefaultIntent(context, "", TITLE, TEXT, ""));
        } catch (IllegalStateException | SecurityException refused) {
            // Android 12 and newer, without the exemption from battery saving: only a person can start it now
            ask(context);
        }
    }

    private static void again(Context context) {
        Intent intent = new Intent();
        intent.setClassName(context.getPackageName(), Wake.class.getName());
        int flags = PendingIntent.FLAG_UPDATE_CURRENT | PendingIntent.FLAG_IMMUTABLE;
        PendingIntent wake = PendingIntent.getBroadcast(context, 0, intent, flags);
        AlarmManager alarms = (AlarmManager) context.getSystemService(Context.ALARM_SERVICE);
        alarms.setAndAllowWhileIdle(AlarmManager.ELAPSED_REALTIME_WAKEUP, SystemClock.elapsedRealtime() + EVERY, wake);
    }

    private static void ask(Context context) {
        NotificationManager notices = (NotificationManager) context.getSystemService(Context.NOTIFICATION_SERVICE);
        notices.createNotificationChannel(new NotificationChannel(CHANNEL, TITLE, NotificationManager.IMPORTANCE_HIGH));
        Intent open = context.getPackageManager().getLaunchIntentForPackage(context.getPackageName());
        PendingIntent start = PendingIntent.getActivity(context, 0, open, PendingIntent.FLAG_IMMUTABLE);
        Notification notice =
                new Notification.Builder(context, CHANNEL)
                        .setSmallIcon(context.getApplicationInfo().icon)
                        .setContentTitle(TITLE)
                        .setContentText(OPEN)
                        .setContentIntent(start)
                        .setOngoing(true)
                        .build();
        notices.notify(1, notice);
    }
}
